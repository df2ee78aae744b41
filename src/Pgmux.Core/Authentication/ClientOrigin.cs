using System.Net;
using Pgmux.Transport;

namespace Pgmux.Core.Authentication;

/// <summary>What is known of a client's connection before the client has proved anything.</summary>
internal sealed record ClientOrigin
{
    /// <summary>The client's address; null over the Unix socket.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The process at the other end of the Unix socket; null for TCP.</summary>
    public PeerCredentials? Peer { get; init; }

    /// <summary>Whether the connection is encrypted.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>Whom the client's certificate names, which has been verified: empty for nobody; null where there is no certificate.</summary>
    public string? CertificateName { get; init; }

    /// <summary>What the transport knows, and where the client is, which a proxy may know better.</summary>
    public static ClientOrigin Of(TransportConnection transport, EndPoint client) => new()
    {
        Address = (client as IPEndPoint)?.Address,
        Peer = transport.PeerCredentials,
        IsEncrypted = transport.Tls is not null,
        CertificateName = transport.Tls?.PeerName,
    };
}
