using System.Text;

namespace Pgmux.Testing.Fuzzing;

/// <summary>What a failing fuzz test prints: what was broken, the input in three forms, and how to run it again.</summary>
internal static class FuzzReport
{
    private const int MostLiteralBytes = 2000;

    public static string Of(FuzzTarget target, int seed, long number, byte[] found, byte[] shrunk, Exception failure)
    {
        var hex = Convert.ToHexString(shrunk);
        return $"""
            {target.Name}: input {number} of seed {seed} broke a rule: {Reason(failure)}
            found with {found.Length} bytes, shrunk to {shrunk.Length}
            text:   {Printable(shrunk)}
            C#:     {Literal(shrunk)}
            hex:    {hex}
            replay: {FuzzOptions.InputVariable}={hex} tests/fuzz.sh 1 {seed} {target.Name}

            {failure}
            """;
    }

    /// <summary>The first line of what went wrong, to tell whether a smaller input fails in the same way.</summary>
    public static string Reason(Exception failure) =>
        failure is FuzzFindingException ? failure.Message.Split('\n')[0] : $"{failure.GetType().Name} {failure.TargetSite?.Name}: {failure.Message.Split('\n')[0]}";

    private static string Printable(byte[] bytes)
    {
        var text = new StringBuilder();
        foreach (var value in bytes.Take(MostLiteralBytes))
        {
            text.Append(value is >= 0x20 and < 0x7F ? (char)value : '.');
        }

        return text.ToString();
    }

    private static string Literal(byte[] bytes) => bytes.Length > MostLiteralBytes
        ? "(long, see hex)"
        : $"[{string.Join(", ", bytes.Select(value => $"0x{value:X2}"))}]";
}
