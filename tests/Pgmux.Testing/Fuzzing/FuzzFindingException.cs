namespace Pgmux.Testing.Fuzzing;

/// <summary>An input has made the code under test do what it must not.</summary>
internal sealed class FuzzFindingException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Throws unless <paramref name="holds"/>. Unlike an assertion it leaves no trace in the test's result, so that shrinking may try again.</summary>
    public static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new FuzzFindingException(rule);
        }
    }
}
