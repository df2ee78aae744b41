namespace Pgmux.Transport.Tests.Contract;

/// <summary>Exceptions as values, for tests that must not leave their loop to look at one.</summary>
internal static class Failure
{
    public static async Task<Exception?> OfAsync(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
