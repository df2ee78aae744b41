using System.Net;
using Pgmux.Core.Tests.Hosting.Faults;
using Pgmux.Testing.Mux;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Authentication;

/// <summary>Work that is slow on the CPU or waits for the system: it holds up nobody but the login that needs it, and is bounded.</summary>
[TestFixture]
internal sealed class LoginWorkTests
{
    private const string Failed = "E(28P01 SASL authentication failed) EOF";

    private readonly FaultPoint _nothing = new(int.MaxValue, _ => false, () => new InvalidOperationException());
    private FaultyLoop _loop = null!;

    [TestCase("right user")]
    [TestCase("unknown user")]
    [Property("Row", "A16")]
    public void A_thousand_wrong_passwords_cost_one_derivation_and_the_canary_nothing(string who)
    {
        using var mux = Start(("auth_type", "scram-sha-256"));
        var canary = LogInCanary(mux);
        var (offloads, keys) = (_loop.Offloads, KeyCount(mux));
        var user = who == "right user" ? "alice" : "nobody";
        var answers = new HashSet<string>();
        for (var i = 0; i < 1000; i++)
        {
            answers.Add(mux.TryScram(user));
            if (i % 100 == 0)
            {
                Assert.That(canary.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
            }
        }

        Assert.That(answers, Is.EqualTo(new[] { Failed }));
        Assert.That(_loop.Offloads - offloads, Is.LessThanOrEqualTo(1), "PBKDF2 for the stored secret, and none for a guess");
        Assert.That(KeyCount(mux) - keys, Is.LessThanOrEqualTo(1));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1), "nothing of it reaches a server");
    }

    [Test, Property("Row", "A16")]
    public void Guesses_of_many_names_cost_no_memory_that_grows_with_them()
    {
        using var mux = Start(("auth_type", "scram-sha-256"));
        for (var i = 0; i < 3000; i++)
        {
            Assert.That(mux.TryScram($"nobody{i}"), Is.EqualTo(Failed));
        }

        Assert.That(mux.Mux.Clients.Authentication.Keys.Count, Is.Zero, "guessed names push out no keys that are in use");
        Assert.That(mux.Mux.Clients.Authentication.MockKeys.Count, Is.LessThanOrEqualTo(1024));
    }

    [Test, Property("Row", "N04")]
    public void A_derivation_that_takes_long_holds_up_no_other_client()
    {
        using var mux = Start(("auth_type", "scram-sha-256"));
        var canary = LogInCanary(mux);
        var before = _loop.Offloads;
        _loop.OffloadGate = new TaskCompletionSource();
        var slow = Enumerable.Range(0, 200).Select(_ => mux.BeginScram("alice")).ToArray();
        Assert.That(_loop.Offloads - before, Is.EqualTo(200));
        for (var i = 0; i < 100; i++)
        {
            Assert.That(canary.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        }

        Assert.That(slow.Select(client => client.Take()), Is.All.Empty);
        var gate = _loop.OffloadGate;
        _loop.OffloadGate = null;
        gate.SetResult();
        mux.Network.RunUntilIdle();
        Assert.That(slow.Select(client => client.Take()), Is.All.EqualTo("R"), "each goes on with its own exchange");
        Assert.That(KeyCount(mux), Is.EqualTo(2), "all wait for the same one");
    }

    [Test, Property("Row", "N04")]
    public void A_derivation_that_never_ends_costs_its_client_the_login_timeout()
    {
        using var mux = Start(("auth_type", "scram-sha-256"), ("client_login_timeout", "5"));
        _loop.OffloadGate = new TaskCompletionSource();
        var client = mux.BeginScram("alice");
        mux.Advance(6);
        Assert.That(client.Take(), Is.EqualTo("E(08P01 client_login_timeout) EOF"));
        _loop.OffloadGate.SetResult();
        mux.Network.RunUntilIdle();
        Assert.That(mux.Mux.Clients.ClientCount, Is.Zero);
    }

    // Looking a name up is part of the connect, which the loop does not wait for.
    [Test, Property("Row", "N04")]
    public void Names_that_are_looked_up_for_long_hold_up_no_other_pool()
    {
        const int Hosts = 50;
        using var mux = TestMux.Start(TestMux.SettingsOf(("server_connect_timeout", "30"), ("query_wait_timeout", "60")) with
        {
            Databases = Enumerable.Range(0, Hosts).ToDictionary(i => $"slow{i}", i => $"host=10.0.0.{i + 1}")
                .Append(KeyValuePair.Create("db", "host=127.0.0.1 port=5432")).ToDictionary(),
        });
        foreach (var host in Enumerable.Range(0, Hosts))
        {
            mux.Network.Addresses.Fail(new IPEndPoint(IPAddress.Parse($"10.0.0.{host + 1}"), 5432), ConnectFailure.TimedOut);
        }

        var waiting = Enumerable.Range(0, Hosts).Select(i => mux.BeginLogin(database: $"slow{i}")).ToArray();
        var canary = mux.Login("bob");
        var began = mux.Network.Time.GetTimestamp();
        for (var i = 0; i < 100; i++)
        {
            Assert.That(canary.Query($"SELECT b{i}"), Is.EqualTo($"T D(b{i}) C(SELECT 1) Z(I)"));
        }

        Assert.That(mux.Network.Time.GetTimestamp(), Is.EqualTo(began));
        Assert.That(waiting.Select(client => client.Take()), Is.All.Empty);
        mux.Advance(100);
        Assert.That(waiting.Select(client => client.IsClosed), Is.All.True);
    }

    private TestMux Start(params (string, string)[] settings) => TestMux.StartOn(
        loop => _loop = new FaultyLoop(loop, _nothing), [.. settings, ("max_client_conn", "1000"), ("scram_iterations", "16")]);

    private static FakeClient LogInCanary(TestMux mux) => mux.LogInByScram("bob", "secret-b");

    private static int KeyCount(TestMux mux) => mux.Mux.Clients.Authentication.Keys.Count + mux.Mux.Clients.Authentication.MockKeys.Count;
}
