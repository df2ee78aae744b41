using BenchmarkDotNet.Attributes;
using Pgmux.Core.Authentication;
using Pgmux.Protocol;

namespace Pgmux.Benchmarks.Authentication;

/// <summary>
/// SCRAM logins, with all messages of one exchange. What pgmux does at a login is the first two; deriving keys from a password is what it
/// does once for each.
/// </summary>
[MemoryDiagnoser]
public class ScramBenchmarks
{
    // PostgreSQL's default.
    private const int Iterations = 4096;

    private const string Password = "correct horse battery staple";

    private static readonly byte[] Salt = [.. Enumerable.Range(1, 16).Select(number => (byte)number)];

    private readonly ScramKeys _keys = ScramKeys.Derive(Password, Salt, Iterations);
    private readonly ScramSecretCache _cache = new();
    private readonly ScramClient _client = new();
    private ScramServer _server = null!;
    private byte[] _clientFirst = [];
    private byte[] _serverFirst = [];
    private byte[] _clientFinal = [];
    private byte[] _serverFinal = [];

    [GlobalSetup]
    public void LogInAndCheck()
    {
        _server = new ScramServer(_keys.ToSecret(Salt, Iterations));
        _clientFirst = _client.CreateClientFirst();
        _server.HandleClientFirst(_clientFirst, out _serverFirst);
        _client.HandleServerFirst(_serverFirst);
        _clientFinal = _client.CreateClientFinal(_keys);
        _server.HandleClientFinal(_clientFinal, out _serverFinal);
        _cache.GetOrAdd(Password, Salt, Iterations).Run();
        Expect(Proof_of_a_client_is_checked_with_stored_keys(), "the client is refused");
        Expect(Login_to_a_server_with_derived_keys(), "the server is refused");
        Expect(Whole_exchange_of_both_ends(), "the ends do not agree");
        Expect(Keys_of_a_known_password() is ScramKeys known && known.ClientKey.SequenceEqual(_keys.ClientKey), "other keys are kept");
        Expect(Keys_derived_from_a_password() is ScramKeys derived && derived.ClientKey.SequenceEqual(_keys.ClientKey), "other keys are derived");
        _clientFinal[^2] ^= 1;
        Expect(!Proof_of_a_client_is_checked_with_stored_keys(), "a wrong proof is taken");
        _clientFinal[^2] ^= 1;
    }

    /// <summary>The exchange begins anew each time, with the nonce of the first: the same messages are right again.</summary>
    [Benchmark]
    public bool Proof_of_a_client_is_checked_with_stored_keys() =>
        _server.HandleClientFirst(_clientFirst, out _) == ScramOutcome.Continue
        && _server.HandleClientFinal(_clientFinal, out _) == ScramOutcome.Succeeded;

    [Benchmark]
    public bool Login_to_a_server_with_derived_keys() =>
        _client.CreateClientFirst().Length > 0
        && _client.HandleServerFirst(_serverFirst) == ScramServerFirstOutcome.Accepted
        && _client.CreateClientFinal(_keys).Length > 0
        && _client.HandleServerFinal(_serverFinal) == ScramServerFinalOutcome.Verified;

    [Benchmark]
    public bool Whole_exchange_of_both_ends()
    {
        var client = new ScramClient();
        var server = new ScramServer(_keys.ToSecret(Salt, Iterations));
        server.HandleClientFirst(client.CreateClientFirst(), out var serverFirst);
        client.HandleServerFirst(serverFirst);
        return server.HandleClientFinal(client.CreateClientFinal(_keys), out var serverFinal) == ScramOutcome.Succeeded
            && client.HandleServerFinal(serverFinal) == ScramServerFinalOutcome.Verified;
    }

    /// <summary>What a login with a stored plain password costs instead of the derivation.</summary>
    [Benchmark]
    public object Keys_of_a_known_password() => _cache.GetOrAdd(Password, Salt, Iterations).Run();

    [Benchmark]
    public object Keys_derived_from_a_password() => ScramKeys.Derive(Password, Salt, Iterations);

    private static void Expect(bool isRight, string otherwise)
    {
        if (!isRight)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
