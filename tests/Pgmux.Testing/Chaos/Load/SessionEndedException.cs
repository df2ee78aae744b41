namespace Pgmux.Testing.Chaos.Load;

/// <summary>A client's connection is over; the client logs in again. Whether that was right has been judged where it was thrown.</summary>
internal sealed class SessionEndedException(string reason) : Exception(reason);
