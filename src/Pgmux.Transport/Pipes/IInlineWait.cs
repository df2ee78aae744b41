namespace Pgmux.Transport.Pipes;

/// <summary>A read or flush that waits and may be cancelled by a token.</summary>
internal interface IInlineWait
{
    LoopConnection Connection { get; }

    /// <summary>Ends the wait with this token, if it is still on. Called on the connection's loop.</summary>
    void CancelWait(short token);
}
