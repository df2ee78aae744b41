using System.Text;
using Pgmux.Protocol;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Authentication;

/// <summary>SCRAM logins of clients of a <see cref="TestMux"/>, right and wrong.</summary>
internal static class ScramLogin
{
    // Type of the authentication request ahead of its data.
    private const int HeadBytes = 4;

    /// <summary>Logs a client in with its password.</summary>
    public static FakeClient LogInByScram(this TestMux mux, string user, string password)
    {
        var scram = new ScramClient();
        var client = mux.BeginScram(user, scram.CreateClientFirst());
        scram.HandleServerFirst(Challenge(client).Body.AsSpan(HeadBytes));
        client.Take();
        client.Send(RawMessages.Message('p', scram.CreateClientFinal(ScramKeys.Derive(password, scram.Salt, scram.Iterations))));
        var trace = client.Take();
        Assert.That(trace, Does.EndWith("Z(I)"));
        return client;
    }

    /// <summary>Tries a proof that is no proof, which costs the one who tries nothing, and gives the answer.</summary>
    public static string TryScram(this TestMux mux, string user)
    {
        var client = mux.BeginScram(user);
        var nonce = Challenge(client).Text[HeadBytes..].Split(',')[0];
        client.Take();
        client.Send(RawMessages.Message('p', Encoding.ASCII.GetBytes($"c=biws,{nonce},p={Convert.ToBase64String(new byte[32])}")));
        return client.Take();
    }

    /// <summary>A client that has sent the first message of the exchange.</summary>
    public static FakeClient BeginScram(this TestMux mux, string user, byte[]? first = null)
    {
        var client = mux.BeginLogin(user);
        client.Take();
        var body = first ?? "n,,n=,r=abcdefghijklmnopqrstuvwx"u8.ToArray();
        client.Send(RawMessages.Message('p', [.. RawMessages.String(ScramMechanism.Name), .. RawMessages.Int32(body.Length), .. body]));
        return client;
    }

    private static RawMessage Challenge(FakeClient client) => client.Replies.Single(reply => reply.Type == 'R');
}
