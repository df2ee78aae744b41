using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>One word that SHOW understands.</summary>
internal sealed class ShowCommand
{
    /// <summary>The word, in lower case.</summary>
    public required string Word { get; init; }

    /// <summary>The least rights it needs.</summary>
    public ConsoleRights Needs { get; init; } = ConsoleRights.Look;

    /// <summary>The columns of its result.</summary>
    public required ColumnDescription[] Columns { get; init; }

    /// <summary>Makes the rows.</summary>
    public Func<IConsoleSource, ValueTask<IReadOnlyList<string?[]>>> Rows { get; init; } = _ => new([]);

    /// <summary>A command whose rows come one from each of a list of things.</summary>
    public static ShowCommand Of<T>(
        string word,
        ColumnDescription[] columns,
        Func<IConsoleSource, ValueTask<IReadOnlyList<T>>> get,
        Func<IConsoleSource, T, string?[]> row,
        ConsoleRights needs = ConsoleRights.Look) => new()
        {
            Word = word,
            Needs = needs,
            Columns = columns,
            Rows = async source =>
            {
                var things = await get(source);
                var rows = new string?[things.Count][];
                for (var i = 0; i < rows.Length; i++)
                {
                    rows[i] = row(source, things[i]);
                }

                return rows;
            },
        };

    /// <summary>A command whose rows are there without asking anybody.</summary>
    public static ShowCommand OfRows(string word, ColumnDescription[] columns, Func<IConsoleSource, IReadOnlyList<string?[]>> rows)
        => new() { Word = word, Columns = columns, Rows = source => new(rows(source)) };
}
