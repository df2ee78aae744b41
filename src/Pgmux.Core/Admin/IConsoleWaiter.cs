namespace Pgmux.Core.Admin;

/// <summary>Lets a command wait, while its client may leave or cancel it.</summary>
internal interface IConsoleWaiter
{
    /// <summary>Waits until something is so, which is looked at a few times a second.</summary>
    ValueTask<ConsoleWaitEnd> WaitAsync(Func<bool> isSo);
}
