using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Resources;

/// <summary>Clients that come and go faster than anybody should.</summary>
[TestFixture(PostgresVersions.Newest), NonParallelizable]
internal sealed class ConnectStormTests(int postgres) : PgmuxFixture(postgres)
{
    /// <summary>How many clients are on their way in or out at a time.</summary>
    private const int AtOnce = 50;

    [SetUp]
    public Task StartForMany() => StartFreshAsync(PgmuxSettings.For(
        Cluster, ("listen_backlog", "4096"), ("max_client_conn", "9000"), ("default_pool_size", "10"), ("log_connections", "0"), ("log_disconnections", "0")));

    [Test, Property("Row", "B196"), Property("Row", "H18")]
    public async Task Thousands_of_clients_that_connect_at_the_same_moment_are_all_served()
    {
        const int Clients = 4000;
        await using var canary = await Canary.StartAsync(Pgmux, PostgresRole.Superuser.Name, "app");
        var sockets = Enumerable.Range(0, Clients).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList();
        try
        {
            await Task.WhenAll(sockets.Select(socket => socket.ConnectAsync(Pgmux.TcpEndPoint)));
            var startup = RawMessages.Startup(("user", "app"), ("database", "app"));
            for (var n = 0; n < Clients; n++)
            {
                await sockets[n].SendAsync((byte[])[.. startup, .. RawMessages.Query($"SELECT 'client {n}'"), .. RawMessages.Terminate()], SocketFlags.None);
            }

            var buffer = new byte[4096];
            for (var n = 0; n < Clients; n++)
            {
                Assert.That(await ReadToEndAsync(sockets[n], buffer), Does.Contain($"client {n}C"));
            }
        }
        finally
        {
            foreach (var socket in sockets)
            {
                socket.Dispose();
            }
        }
    }

    /// <summary>PGMUX_STORM_SECONDS makes it longer.</summary>
    [Test, Property("Row", "R13")]
    public async Task A_storm_of_clients_that_come_and_go_leaves_memory_and_descriptors_as_they_were()
    {
        const long GrowthAllowed = 16 << 20;
        var length = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("PGMUX_STORM_SECONDS") ?? "4", CultureInfo.InvariantCulture));
        await using var console = await ConsoleAsync();
        await StormAsync(TimeSpan.FromSeconds(1));
        await WaitUntilAloneAsync(console);
        var before = Pgmux.ReadCounters();

        var clients = await StormAsync(length);
        await WaitUntilAloneAsync(console);
        var after = Pgmux.ReadCounters();

        await TestContext.Out.WriteLineAsync(
            $"{clients} clients in {length.TotalSeconds} s, memory from {before.ResidentBytes >> 20} to {after.ResidentBytes >> 20} MiB");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.Sockets, Is.EqualTo(before.Sockets));
            Assert.That(after.Threads, Is.AtMost(before.Threads + 2));
            Assert.That(after.ResidentBytes - before.ResidentBytes, Is.LessThan(GrowthAllowed));
        }
    }

    /// <summary>Lets clients come and leave in every way there is; returns how many there were.</summary>
    private async Task<int> StormAsync(TimeSpan length)
    {
        var began = Stopwatch.GetTimestamp();
        var clients = 0;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(began) < length)
            {
                await ComeAndGoAsync(Interlocked.Increment(ref clients));
            }
        }));
        return clients;
    }

    private async Task ComeAndGoAsync(int n)
    {
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        if (n % 5 == 0)
        {
            // Before anything was said.
            return;
        }

        await client.SendAsync(RawMessages.Startup(("user", "app"), ("database", "app")));
        if (n % 5 == 1)
        {
            // In the midst of the login.
            client.Reset();
            return;
        }

        await client.FinishLoginAsync();
        Assert.That(await client.ScalarAsync($"SELECT 'client {n}'"), Is.EqualTo($"client {n}"));
        switch (n % 5)
        {
            case 2:
                await client.SendAsync(RawMessages.Terminate());
                await client.ReadToEndAsync();
                break;
            case 3:
                client.Reset();
                break;
        }
    }

    /// <summary>Waits until only the console is there, and ten servers, which every storm leaves.</summary>
    private static Task WaitUntilAloneAsync(ConsoleClient console) => Eventually.HoldsAsync(
        async () => await console.CountAsync() is (0, 10) && (await console.ShowAsync("SERVERS")).All(row => row["state"] == "idle"),
        "all clients have gone and ten servers are idle");

    private static async Task<string> ReadToEndAsync(Socket socket, byte[] buffer)
    {
        var end = 0;
        while (await socket.ReceiveAsync(buffer.AsMemory(end), SocketFlags.None).AsTask().WaitAsync(WaitLimit.Default) is > 0 and var received)
        {
            end += received;
        }

        return System.Text.Encoding.ASCII.GetString(buffer, 0, end);
    }
}
