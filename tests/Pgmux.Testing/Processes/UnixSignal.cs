namespace Pgmux.Testing.Processes;

/// <summary>Signals that tests send, with Linux's numbers.</summary>
internal enum UnixSignal
{
    Hangup = 1,
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    User1 = 10,
    User2 = 12,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
