using System.Globalization;
using System.Text;

namespace Pgmux.Integration.Tests.Differential.Generated;

/// <summary>
/// Writes a random script: 2 to 8 clients on 1 or 2 servers send pipelines at the same time, in rounds that never leave all servers to
/// transactions while somebody waits. The same seed gives the same script.
/// </summary>
internal sealed class ScriptGenerator
{
    private const int MostClients = 8;
    private const int MostRounds = 12;
    private const int LongestPipeline = 40;

    private readonly Random _random;
    private readonly int _servers;
    private readonly List<(ClientModel Model, ClientActions Actions)> _clients = [];
    private readonly StringBuilder _text = new();

    private ScriptGenerator(int seed, int statements, bool sharesUnnamed)
    {
        _random = new Random(seed);
        _servers = 1 + _random.Next(2);
        var count = 2 + _random.Next(MostClients - 1);
        Line($"#: pool {_servers}");
        Line($"#: statements {statements}");
        Line($"#: shares {(sharesUnnamed ? "unnamed" : "nothing")}");
        for (var number = 1; number <= count; number++)
        {
            // With max_prepared_statements = 0 what one transaction prepares is not there for the next.
            var model = new ClientModel(number, forgets: statements == 0);
            _clients.Add((model, new ClientActions(model, _random, namesAreUnique: statements == 0)));
            Line($"#: setup CREATE TABLE {model.Table} (v int CHECK (v > 0)); INSERT INTO {model.Table} VALUES ({number})");
        }
    }

    public static Script Write(int seed, int statements, bool sharesUnnamed)
    {
        var generator = new ScriptGenerator(seed, statements, sharesUnnamed);
        generator.WriteRounds();
        return ScriptParser.Parse(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"), generator._text.ToString());
    }

    private void WriteRounds()
    {
        for (var rounds = 3 + _random.Next(MostRounds - 2); rounds > 0; rounds--)
        {
            WriteRound();
        }

        foreach (var (model, _) in _clients.Where(client => client.Model.Transaction != ModelTransaction.None))
        {
            model.End("ROLLBACK");
            Lines(model.TakeLines());
            Line(model.WaitLine());
        }
    }

    private void WriteRound()
    {
        var holders = _clients.Count(client => client.Model.Transaction != ModelTransaction.None);
        var able = _clients.Where(client => holders < _servers || client.Model.Transaction != ModelTransaction.None).ToArray();
        _random.Shuffle(able);
        var chosen = able.Take(1 + _random.Next(able.Length)).ToArray();
        // One server has to come free again, unless nobody else asks in this round.
        var limit = chosen.Length == 1 ? _servers : _servers - 1;
        var open = holders;
        foreach (var (model, actions) in chosen)
        {
            var held = model.Transaction != ModelTransaction.None;
            Lines(actions.Pipeline(Length(), mayStayOpen: held || open < limit));
            open += (model.Transaction != ModelTransaction.None ? 1 : 0) - (held ? 1 : 0);
            Line($"{model.Number}: send");
        }

        foreach (var (model, _) in chosen)
        {
            Line(model.WaitLine());
        }
    }

    /// <summary>Short pipelines are more common than long ones.</summary>
    private int Length() => 1 + _random.Next(_random.Next(1, LongestPipeline + 1));

    private void Lines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Line(line);
        }
    }

    private void Line(FormattableString line) => Line(line.ToString(CultureInfo.InvariantCulture));

    private void Line(string line) => _text.Append(line).Append('\n');
}
