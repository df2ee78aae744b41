using System.Buffers.Binary;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>
/// Makes a legal session illegal: instead of what the driver would say next come bytes that no driver sends. It never makes a mark of
/// another client: whatever it changes in a text has its highest bit set.
/// </summary>
internal sealed class SessionMutator(Random random, Nonces nonces)
{
    private static readonly Weighted<Func<SessionMutator, byte[], Mutation>> All = new(
        (3, "messages in an order that makes no sense", (mutator, _) => new Mutation("order", mutator.WrongOrder())),
        (2, "names that nobody has given", (mutator, _) => new Mutation("names", mutator.UnknownNames())),
        (2, "types that no message has", (mutator, _) => new Mutation("type", mutator.UnknownType())),
        (4, "lengths are where pools have crashed", (mutator, message) => new Mutation("length", mutator.WrongLength(message))),
        (2, "lengths inside of messages", (mutator, _) => new Mutation("inner length", mutator.WrongInnerLength())),
        (2, "data of a COPY that does not run", (mutator, _) => new Mutation("copy data", mutator.CopyOutsideCopy())),
        (1, "a login after the login", (mutator, _) => new Mutation("startup", mutator.StartupAgain())),
        (2, "an end in the middle of a message", (mutator, message) => new Mutation("truncated", message[..mutator.Upto(message.Length)], Closes: true)),
        (3, "bytes that a bad link changes", (mutator, message) => new Mutation("flipped", mutator.Flip(message))),
        (2, "no protocol at all", (mutator, _) => new Mutation("garbage", mutator.Garbage())),
        (2, "a query inside of COPY FROM STDIN", (mutator, _) => new Mutation("query in COPY", mutator.QueryInCopy())));

    /// <summary>Something illegal, made of what the client would have said.</summary>
    public Mutation Next(byte[] message) => All.Choose(random)(this, message);

    private int Upto(int count) => random.Next(Math.Max(1, count));

    private byte[] WrongOrder() => random.Next(4) switch
    {
        0 => [.. RawMessages.Execute(), .. RawMessages.Bind(), .. RawMessages.Parse($"SELECT {nonces.Next()}"), .. RawMessages.Sync()],
        1 => [.. RawMessages.CopyDone(), .. RawMessages.Sync(), .. RawMessages.Sync(), .. RawMessages.CopyFail("why")],
        2 => [.. RawMessages.Bind(), .. RawMessages.Query($"SELECT {nonces.Next()}"), .. RawMessages.Execute()],
        _ => [.. RawMessages.Terminate(), .. RawMessages.Query($"SELECT {nonces.Next()}")],
    };

    private byte[] UnknownNames() =>
    [
        .. RawMessages.Bind("nobody gave this name"), .. RawMessages.Execute("nor this one"), .. RawMessages.Describe('X', ""),
        .. RawMessages.Close('Y', ""), .. random.Next(2) == 0 ? RawMessages.Sync() : RawMessages.Flush(),
    ];

    private byte[] UnknownType()
    {
        const string Types = "\0\u0001AGIJKLMNOTUVWYZabeghijklmnopqrstuvwxyz[\u007f";
        return RawMessages.Message(Types[random.Next(Types.Length)], RawMessages.String(nonces.Next()));
    }

    private byte[] WrongLength(byte[] message)
    {
        int[] lengths = [0, 1, 2, 3, -1, int.MinValue, int.MaxValue, message.Length - 2, message.Length, message.Length + random.Next(1000)];
        byte[] changed = message.Length < sizeof(int) + 1 ? RawMessages.Sync() : [.. message];
        BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(1), lengths[random.Next(lengths.Length)]);
        return changed;
    }

    private byte[] WrongInnerLength()
    {
        int[] lengths = [-2, int.MinValue, int.MaxValue, 5, 1 << 20];
        return
        [
            .. RawMessages.Parse("SELECT $1"),
            .. RawMessages.Message('B', [0, 0, .. RawMessages.Int16(0), .. RawMessages.Int16(1), .. RawMessages.Int32(lengths[random.Next(lengths.Length)]), 1]),
            .. RawMessages.Sync(),
        ];
    }

    private byte[] CopyOutsideCopy() => [.. RawMessages.CopyData(nonces.Next()), .. RawMessages.CopyData(""), .. RawMessages.CopyDone()];

    private byte[] StartupAgain() => random.Next(3) switch
    {
        0 => RawMessages.SslRequest(),
        1 => RawMessages.Password(nonces.Next()),
        _ => RawMessages.Startup(("user", "bob"), ("database", "db")),
    };

    private byte[] Flip(byte[] message)
    {
        byte[] changed = [.. message];
        for (var count = 1 + random.Next(3); count > 0; count--)
        {
            changed[random.Next(changed.Length)] |= 0x80;
        }

        return changed;
    }

    private byte[] Garbage()
    {
        var garbage = new byte[1 + random.Next(200)];
        random.NextBytes(garbage);
        for (var at = 1; at < garbage.Length; at++)
        {
            garbage[at] |= 0x80;
        }

        return garbage;
    }

    private byte[] QueryInCopy() => [.. RawMessages.Query("COPY IN"), .. RawMessages.CopyData("row\n"), .. RawMessages.Query($"SELECT {nonces.Next()}")];
}
