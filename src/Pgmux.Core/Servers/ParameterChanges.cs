using System.Text;
using Pgmux.Core.Parameters;
using Pgmux.Protocol;

namespace Pgmux.Core.Servers;

/// <summary>
/// The changes of parameters that one server has been through lately. A server that goes to and fro between clients of a few kinds (two
/// programs with an application_name each) sees the same ones in every transaction: then they make no new text, set or value.
/// </summary>
internal sealed class ParameterChanges(TrackedParameters tracked, ParameterSetCache sets)
{
    /// <summary>Changes remembered of each kind: every way between four sets. What is beyond is made anew each time.</summary>
    private const int Limit = 12;

    private readonly List<Asked> _asked = [];
    private readonly List<Told> _told = [];
    private int _oldestAsked;
    private int _oldestTold;

    private readonly record struct Asked(ParameterSet From, ParameterSet Wanted, string? Sql);

    private readonly record struct Told(ParameterSet From, int Index, ParameterSet Result);

    /// <summary>The statements that turn one set into another; null when there is nothing to do.</summary>
    public string? Difference(ParameterSet from, ParameterSet wanted)
    {
        foreach (var asked in _asked)
        {
            if (ReferenceEquals(asked.From, from) && ReferenceEquals(asked.Wanted, wanted))
            {
                return asked.Sql;
            }
        }

        var sql = ParameterSql.Difference(tracked, from, wanted);
        Remember(_asked, ref _oldestAsked, new Asked(from, wanted, sql));
        return sql;
    }

    /// <summary>The set after the server has reported a value.</summary>
    public ParameterSet Reported(ParameterSet from, int index, ReadOnlySpan<byte> value)
    {
        foreach (var told in _told)
        {
            // Other values than ASCII are rare and never equal here.
            if (ReferenceEquals(told.From, from) && told.Index == index && Ascii.Equals(value, told.Result[index]))
            {
                return told.Result;
            }
        }

        var result = sets.Intern(from.With(index, WireText.Decode(value)));
        Remember(_told, ref _oldestTold, new Told(from, index, result));
        return result;
    }

    private static void Remember<T>(List<T> changes, ref int oldest, T change)
    {
        if (changes.Count < Limit)
        {
            changes.Add(change);
            return;
        }

        changes[oldest] = change;
        oldest = (oldest + 1) % Limit;
    }
}
