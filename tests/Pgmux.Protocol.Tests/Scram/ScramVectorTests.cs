using System.Text;

namespace Pgmux.Protocol.Tests;

/// <summary>The example exchange of RFC 7677, section 3.</summary>
public sealed class ScramVectorTests
{
    private const string User = "user";
    private const string Password = "pencil";
    private const string ClientNonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private const string Salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
    private const int Iterations = 4096;

    private const string ClientFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    private const string ServerFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    private const string ClientFinal =
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    private const string ServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    private static byte[] SaltBytes => Convert.FromBase64String(Salt);

    [Test]
    public void Server_says_what_the_RFC_says()
    {
        var server = new ScramServer(ScramSecret.Derive(Password, SaltBytes, Iterations), isMock: false, ServerNonce);

        var first = server.HandleClientFirst(Encoding.ASCII.GetBytes(ClientFirst), out var serverFirst);
        var last = server.HandleClientFinal(Encoding.ASCII.GetBytes(ClientFinal), out var serverFinal);

        Assert.Multiple(() =>
        {
            Assert.That(first, Is.EqualTo(ScramOutcome.Continue));
            Assert.That(Encoding.ASCII.GetString(serverFirst), Is.EqualTo(ServerFirst));
            Assert.That(last, Is.EqualTo(ScramOutcome.Succeeded));
            Assert.That(Encoding.ASCII.GetString(serverFinal), Is.EqualTo(ServerFinal));
        });
    }

    [Test]
    public void Client_says_what_the_RFC_says()
    {
        var client = new ScramClient(User, ClientNonce);

        Assert.That(Encoding.ASCII.GetString(client.CreateClientFirst()), Is.EqualTo(ClientFirst));
        Assert.That(client.HandleServerFirst(Encoding.ASCII.GetBytes(ServerFirst)), Is.EqualTo(ScramServerFirstOutcome.Accepted));
        Assert.That(client.Iterations, Is.EqualTo(Iterations));
        Assert.That(client.Salt.SequenceEqual(SaltBytes));
        var final = client.CreateClientFinal(ScramKeys.Derive(Password, client.Salt, client.Iterations));
        Assert.That(Encoding.ASCII.GetString(final), Is.EqualTo(ClientFinal));
        Assert.That(client.HandleServerFinal(Encoding.ASCII.GetBytes(ServerFinal)), Is.EqualTo(ScramServerFinalOutcome.Verified));
    }

    [Test]
    public void Server_recovers_the_keys_of_the_client_from_its_proof()
    {
        var server = new ScramServer(ScramSecret.Derive(Password, SaltBytes, Iterations), isMock: false, ServerNonce);
        server.HandleClientFirst(Encoding.ASCII.GetBytes(ClientFirst), out _);
        server.HandleClientFinal(Encoding.ASCII.GetBytes(ClientFinal), out _);

        var keys = ScramKeys.Derive(Password, SaltBytes, Iterations);
        Assert.That(server.Keys!.ClientKey.SequenceEqual(keys.ClientKey));
        Assert.That(server.Keys.ServerKey.SequenceEqual(keys.ServerKey));
    }
}
