using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>What drivers send, at random: each call gives the messages of one step of a session.</summary>
internal sealed class DriverShapes(Random random, Func<string> nonce)
{
    private static readonly string[] Names = ["s1", "s2", "S2", "s3"];

    private static readonly string[] SqlNames = ["s1", "S2", "\"S2\"", "s3"];

    // Shared by all clients, so that they meet on the same statements.
    private static readonly string[] SharedTexts = ["SELECT $1", "SELECT fixed", "SELECT of $1", "SELECT $1 and $2", "DO", "", "ROWS 3 4"];

    /// <summary>Whatever a session may do, transactions, errors and pipelines included.</summary>
    public IEnumerable<byte[]> Next() => random.Next(20) switch
    {
        0 or 1 => Whole(Names[random.Next(Names.Length)]),
        2 => Whole(""),
        3 or 4 or 5 => Reuse(Name()),
        6 => DescribeFirst(Name()),
        7 => Pipeline(),
        8 => [.. Whole(Name()), .. Reuse(Name()), .. Whole("")],
        9 or 10 => [RawMessages.Query(PreparedSql())],
        11 => Extended(PreparedSql()),
        12 => [RawMessages.Query($"SELECT {Nonce()}; {PreparedSql()}; SELECT {Nonce()}")],
        13 => Broken(),
        14 => [RawMessages.Query(Block())],
        15 => Extended(Block()),
        16 => [random.Next(3) == 0 ? RawMessages.ClosePortal("p") : RawMessages.CloseStatement(Name()), .. Pause()],
        17 => Suspended(),
        18 => [RawMessages.Query($"SELECT {Nonce()}")],
        _ => [RawMessages.Parse(Text(), Name()), .. Pause()],
    };

    /// <summary>One cycle that begins outside of a block, executes once and is whole: it may be run again without anybody knowing.</summary>
    public IEnumerable<byte[]> NextRepeatable()
    {
        var name = Name();
        return random.Next(8) switch
        {
            0 => Whole(Names[random.Next(Names.Length)]),
            1 => Whole(""),
            2 or 3 or 4 => Reuse(name),
            5 => [RawMessages.DescribeStatement(name), RawMessages.Sync()],
            6 => [RawMessages.Query(PreparedSql())],
            _ => [RawMessages.Parse(Text(), name), RawMessages.DescribeStatement(name), RawMessages.Sync()],
        };
    }

    /// <summary>A cycle that needs nothing from an earlier one, for settings that keep nothing for it.</summary>
    /// <param name="isPatient">Whether nobody cancels the BEGIN of a transaction whose cycles need each other.</param>
    public IEnumerable<byte[]> NextSelfContained(bool isPatient = true) => random.Next(5) switch
    {
        0 => [RawMessages.Query($"SELECT {Nonce()}")],
        1 => Broken(),
        2 when isPatient => [RawMessages.Query("BEGIN"), .. Whole(""), .. Reuse(""), RawMessages.Query("COMMIT")],
        3 => [.. Whole(""), .. Whole("")],
        _ => Whole(""),
    };

    /// <summary>
    /// One cycle with a COPY and requests behind it that pgmux knows an answer to. A COPY to the client is over when the server reads them; one
    /// from it is broken off by them, and the connection with it.
    /// </summary>
    /// <param name="hasStatements">Whether names may be used.</param>
    public IEnumerable<byte[]> NextBehindCopy(bool hasStatements)
    {
        yield return RawMessages.Parse(random.Next(3) switch { 0 => "COPY IN", 1 => $"COPY OUT {random.Next(3)} {Nonce()}", _ => $"COPY OUT 1 {Nonce()}" });
        yield return RawMessages.Bind();
        yield return RawMessages.Execute();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var name = hasStatements ? Name() : "";
            switch (random.Next(3))
            {
                case 0:
                    yield return RawMessages.CloseStatement(name);
                    break;
                case 1:
                    yield return RawMessages.Parse(Text(), name);
                    break;
                default:
                    var text = Text();
                    yield return RawMessages.Parse(text);
                    yield return RawMessages.Bind("", ValuesOf(text, Nonce));
                    yield return RawMessages.Execute();
                    break;
            }
        }

        yield return RawMessages.Sync();
    }

    private string Nonce() => nonce();

    private string Name() => random.Next(4) == 0 ? "" : Names[random.Next(Names.Length)];

    private string Text() => random.Next(3) == 0 ? $"SELECT {Nonce()}" : SharedTexts[random.Next(SharedTexts.Length)];

    private string[] Values() => [.. Enumerable.Range(0, random.Next(5) == 0 ? random.Next(3) : 1).Select(_ => Nonce())];

    private static string[] ValuesOf(string text, Func<string> nonce) =>
        [.. Enumerable.Range(0, text.Contains("$2") ? 2 : text.Contains("$1") ? 1 : 0).Select(_ => nonce())];

    private IEnumerable<byte[]> Whole(string name)
    {
        var text = Text();
        yield return RawMessages.Parse(text, name);
        yield return RawMessages.Bind(name, ValuesOf(text, Nonce));
        yield return RawMessages.DescribePortal();
        yield return RawMessages.Execute();
        yield return RawMessages.Sync();
    }

    private IEnumerable<byte[]> Reuse(string name) =>
        [RawMessages.Bind(name, random.Next(3) == 0 ? [] : Values()), RawMessages.DescribePortal(), RawMessages.Execute(), RawMessages.Sync()];

    private IEnumerable<byte[]> DescribeFirst(string name)
    {
        var text = Text();
        yield return RawMessages.Parse(text, name);
        yield return RawMessages.DescribeStatement(name);
        yield return RawMessages.Flush();
        yield return RawMessages.Bind(name, ValuesOf(text, Nonce));
        yield return RawMessages.Execute();
        yield return RawMessages.Sync();
    }

    private IEnumerable<byte[]> Pipeline()
    {
        var statements = random.Next(1, 5);
        for (var i = 0; i < statements; i++)
        {
            var (name, text) = (Name(), Text());
            if (random.Next(2) == 0)
            {
                yield return RawMessages.Parse(text, name);
            }

            if (random.Next(6) == 0)
            {
                yield return RawMessages.Parse("FAIL");
                name = "";
            }

            yield return RawMessages.Bind(name, ValuesOf(text, Nonce));
            yield return RawMessages.Execute();
            if (random.Next(6) == 0)
            {
                yield return RawMessages.CloseStatement(name);
            }
        }

        yield return RawMessages.Sync();
    }

    private IEnumerable<byte[]> Suspended()
    {
        var name = Name();
        yield return RawMessages.BindPortal("p", name, random.Next(2) == 0 ? [] : [Nonce()]);
        yield return RawMessages.Execute("p", 1);
        yield return RawMessages.Flush();
        yield return RawMessages.DescribePortal("p");
        yield return RawMessages.Execute("p", random.Next(3));
        yield return RawMessages.Sync();
    }

    private IEnumerable<byte[]> Broken() => random.Next(6) switch
    {
        0 => [RawMessages.Parse("PARSEFAIL", Name()), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync()],
        1 => [RawMessages.Parse("FAIL"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Query("SELECT skipped"), RawMessages.Sync()],
        2 => [RawMessages.Bind("unknown"), RawMessages.Execute(), RawMessages.Parse("SELECT skipped", "s1"), RawMessages.Sync()],
        3 => [RawMessages.Execute("unknown"), RawMessages.CloseStatement("s1"), RawMessages.Sync()],
        4 => [RawMessages.Query("FAIL")],
        _ => [RawMessages.DescribeStatement("unknown"), RawMessages.Sync()],
    };

    private string Block() => random.Next(5) switch { 0 or 1 => "BEGIN", 2 => "ROLLBACK", _ => "COMMIT" };

    private IEnumerable<byte[]> Extended(string sql) =>
        [RawMessages.Parse(sql), RawMessages.Bind(), RawMessages.DescribePortal(), RawMessages.Execute(), RawMessages.Sync()];

    private string PreparedSql()
    {
        var name = SqlNames[random.Next(SqlNames.Length)];
        return random.Next(12) switch
        {
            0 or 1 => $"PREPARE {name} AS SELECT {Nonce()}",
            2 => $"prepare {name} (text) as SELECT $1",
            3 => $"/* why */ PREPARE {name} AS SELECT fixed",
            4 or 5 => $"EXECUTE {name}",
            6 or 7 => $"EXECUTE {name} ('{Nonce()}')",
            8 => $"DEALLOCATE {name}",
            9 => $"DEALLOCATE PREPARE {name}",
            10 => "DEALLOCATE ALL",
            _ => "DISCARD ALL",
        };
    }

    private IEnumerable<byte[]> Pause() => [random.Next(3) == 0 ? RawMessages.Flush() : RawMessages.Sync()];
}
