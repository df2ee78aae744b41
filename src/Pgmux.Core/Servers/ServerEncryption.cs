using System.Net;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;
using Pgmux.Transport;
using Pgmux.Transport.Tls;

namespace Pgmux.Core.Servers;

/// <summary>
/// TLS of one connection to a server, be it for a login or for a cancel request: asks for it unless it begins at once, runs the handshake,
/// and has the certificate looked at before anything else is sent.
/// </summary>
internal sealed class ServerEncryption(ServerTls tls, EndPoint endPoint)
{
    private const byte Accepted = (byte)'S';
    private const byte Refused = (byte)'N';
    private const byte Error = (byte)'E';

    private static readonly TlsTuning Tuning = new();

    private bool BeginsAtOnce => tls.Options.Negotiation == TlsNegotiation.Direct;

    /// <summary>Encrypts a connection on which nothing has been said. Ends when the peer answers, goes, or the connection is aborted.</summary>
    public async ValueTask<ServerEncryptionResult> RunAsync(TransportConnection transport)
    {
        if (!BeginsAtOnce && await AskAsync(transport) is { } no)
        {
            return no;
        }

        var host = ServerTarget.HostOf(endPoint);
        var check = new ServerCertificateCheck(tls.Options.Mode, host, tls.Revocations);
        TransportConnection encrypted;
        try
        {
            encrypted = await TlsHandshake.ConnectAsync(transport, tls.OptionsFor(host, check), Tuning);
        }
        catch (TlsException e)
        {
            return check.Problem is { } problem
                ? new(ServerEncryptionOutcome.Untrusted, problem)
                : new(ServerEncryptionOutcome.Failed, $"TLS handshake failed: {e.Message}");
        }

        if (BeginsAtOnce && !encrypted.Tls!.ApplicationProtocol.Span.SequenceEqual(TlsFileReader.Postgresql.Protocol.Span))
        {
            // What listens there may speak another protocol, and take what is said for something else.
            encrypted.Abort();
            return new(
                ServerEncryptionOutcome.Violated,
                "the server has not agreed on the protocol \"postgresql\" by ALPN; server_tls_negotiation = direct needs PostgreSQL 17");
        }

        return new(ServerEncryptionOutcome.Encrypted, "", encrypted);
    }

    /// <summary>Asks; null when the server has said yes.</summary>
    private static async ValueTask<ServerEncryptionResult?> AskAsync(TransportConnection transport)
    {
        FrontendMessages.WriteSslRequest(transport.Output);
        await transport.Output.FlushAsync();
        var read = await transport.Input.ReadAsync();
        var buffer = read.Buffer;
        if (buffer.IsEmpty)
        {
            transport.Input.AdvanceTo(buffer.End);
            return new ServerEncryptionResult(ServerEncryptionOutcome.Ended, ServerCloseReason.Crashed.Describe());
        }

        var answer = buffer.FirstSpan[0];
        var isAlone = buffer.Length == sizeof(byte);
        transport.Input.AdvanceTo(buffer.End);
        return answer switch
        {
            Accepted when isAlone => null,
            Refused when isAlone => new(ServerEncryptionOutcome.Refused, "server refused SSL"),

            // Whatever stands there was not said by whom the handshake will prove to be the server (CVE-2021-23222).
            Accepted or Refused => new(ServerEncryptionOutcome.Violated, "received unencrypted data after SSL response"),

            // Neither shown nor read: nobody knows who said it (CVE-2024-10977).
            Error => new(ServerEncryptionOutcome.Failed, "server sent an error response during SSL exchange"),
            _ => new(ServerEncryptionOutcome.Violated, "bad sslreq answer"),
        };
    }
}
