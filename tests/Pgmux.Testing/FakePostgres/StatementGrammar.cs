using System.Globalization;

namespace Pgmux.Testing.FakePostgres;

/// <summary>Which arguments the words of the model's little language take. Whatever else is a syntax error.</summary>
internal static class StatementGrammar
{
    // Answers that a test has to hold in memory.
    private const int MostRows = 100_000;
    private const long MostBytes = 64 * 1024 * 1024;
    private const int MostMilliseconds = 24 * 60 * 60 * 1000;

    public static void Check(string word, string argument)
    {
        var words = argument.Split(' ');
        var isGood = word switch
        {
            "ROWS" => words is [var rows, var bytes, ..] && words.Length <= 3 && IsNumber(rows, MostRows) && IsNumber(bytes, (int)MostBytes)
                && (long)Number(rows) * Number(bytes) <= MostBytes,
            "NOISY" => words is [var rows, _] && IsNumber(rows, MostRows),
            "SLEEP" => words is [var time, ..] && words.Length <= 2 && IsNumber(time, MostMilliseconds),
            "COPY" when words[0] == "OUT" => words is [_, var rows, ..] && words.Length <= 3 && IsNumber(rows, MostRows),
            "COPY" => words is ["IN"] or ["IN", _] or ["IN", "FAIL", "END"] || (words is ["IN", "FAIL", var row] && IsNumber(row, MostRows)),
            _ => true,
        };
        if (!isGood)
        {
            throw PostgresErrorException.Syntax();
        }
    }

    public static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static bool IsNumber(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most;
}
