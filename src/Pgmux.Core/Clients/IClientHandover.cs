namespace Pgmux.Core.Clients;

/// <summary>During an online restart: gives clients to the new process.</summary>
internal interface IClientHandover
{
    /// <summary>A client's transaction has ended and its server has left it. On its loop, in the middle of something: the client goes later.</summary>
    void OnParked(ClientConnection client);

    /// <summary>The turn has gone on since <see cref="OnParked"/>: the client goes unless it has asked for something meanwhile.</summary>
    void OnParkedBefore(ClientConnection client);
}
