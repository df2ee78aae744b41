using Pgmux.Core.Admin;

namespace Pgmux.Core.Tests.Admin;

/// <summary>Ends every wait at once: as the test says where what is waited for is not so.</summary>
internal sealed class FakeWaiter : IConsoleWaiter
{
    public ConsoleWaitEnd End { get; set; } = ConsoleWaitEnd.Left;

    public ValueTask<ConsoleWaitEnd> WaitAsync(Func<bool> isSo) => new(isSo() ? ConsoleWaitEnd.Done : End);
}
