namespace Pgmux.Core.Pooling;

/// <summary>Where a client's wish for a server stands. Changed under the pool's lock.</summary>
internal enum LeaseRequestState
{
    /// <summary>Nothing is wanted.</summary>
    None,

    /// <summary>In the wait queue.</summary>
    Queued,

    /// <summary>Out of the queue with a server, which is on its way to the client's loop.</summary>
    Assigned,

    /// <summary>Refused; the client is about to hear of it.</summary>
    Refused,

    /// <summary>Given up by the client while a server was on its way; the server goes back on arrival.</summary>
    Abandoned,
}
