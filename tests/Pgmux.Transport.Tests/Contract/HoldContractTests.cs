namespace Pgmux.Transport.Tests.Contract;

/// <summary>Connections that are not read and listeners that accept nobody, until somebody says so: what SUSPEND rests on.</summary>
public sealed class HoldContractTests(RigKind kind) : ContractFixture(kind)
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    [Test]
    public Task What_comes_while_a_connection_is_held_is_read_after_it() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        for (var round = 0; round < 3; round++)
        {
            var read = server.Input.ReadAsync();
            server.IsHeld = true;
            await client.Output.WriteAsync(Hello);
            await Rig.NextSweepAsync();
            await Rig.SettleAsync();
            Assert.That((read.IsCompleted, server.UnreadBytes), Is.EqualTo((false, 0)));

            server.IsHeld = false;
            var result = await read;
            server.Input.AdvanceTo(result.Buffer.Start);
            Assert.That(await server.Input.ReadExactlyAsync(5), Is.EqualTo(Hello));
        }
    });

    [Test]
    public Task A_hold_in_which_nothing_comes_changes_nothing() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var read = server.Input.ReadAsync();
        server.IsHeld = true;
        await Rig.SettleAsync();
        server.IsHeld = false;
        await Rig.SettleAsync();
        Assert.That(read.IsCompleted, Is.False);
        await client.Output.WriteAsync(Hello);
        var result = await read;
        server.Input.AdvanceTo(result.Buffer.Start);
        Assert.That(await server.Input.ReadExactlyAsync(5), Is.EqualTo(Hello));
    });

    [Test]
    public Task A_read_that_begins_while_the_connection_is_held_waits_too() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        server.IsHeld = true;
        await client.Output.WriteAsync(Hello);
        await Rig.NextSweepAsync();
        Assert.That(server.Input.TryRead(out _), Is.False);
        var read = server.Input.ReadAsync();
        await Rig.SettleAsync();
        Assert.That(read.IsCompleted, Is.False);
        server.IsHeld = false;
        var result = await read;
        server.Input.AdvanceTo(result.Buffer.Start);
        Assert.That(await server.Input.ReadExactlyAsync(5), Is.EqualTo(Hello));
    });

    [Test]
    public Task The_end_of_the_stream_is_told_after_the_hold() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var read = server.Input.ReadAsync();
        server.IsHeld = true;
        client.Close();
        await Rig.NextSweepAsync();
        Assert.That(read.IsCompleted, Is.False);
        server.IsHeld = false;
        var result = await read;
        Assert.That(result.IsCompleted, Is.True);
        server.Input.AdvanceTo(result.Buffer.End);
    });

    [Test]
    public Task A_held_connection_sends_and_can_be_closed() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var read = server.Input.ReadAsync();
        server.IsHeld = true;
        await server.Output.WriteAsync(Hello);
        Assert.That(await client.Input.ReadExactlyAsync(5), Is.EqualTo(Hello));
        server.Close();
        var result = await read;
        Assert.That(result.IsCompleted, Is.True);
        server.Input.AdvanceTo(result.Buffer.End);
        Assert.That(await client.Input.ReadToEndAsync(), Is.Empty);
    });

    [Test]
    public Task Who_connects_to_a_held_listener_is_accepted_after_it() => Rig.RunAsync(async () =>
    {
        var accepted = new List<TransportConnection>();
        using var listener = Rig.Loop.Listen(new ListenOptions { EndPoint = Rig.FreeEndPoint }, accepted.Add);
        await Rig.SettleAsync();
        for (var round = 1; round <= 2; round++)
        {
            listener.Hold();
            var clients = new List<TransportConnection>();
            for (var i = 0; i < 3; i++)
            {
                clients.Add(await Rig.Loop.ConnectAsync(new ConnectOptions { EndPoint = listener.EndPoint }, CancellationToken.None));
            }

            await Rig.NextSweepAsync();
            Assert.That(accepted, Is.Empty, $"round {round}");
            listener.Release();
            await Rig.UntilAsync(() => accepted.Count == 3, $"all are accepted in round {round}");
            foreach (var connection in accepted.Concat(clients))
            {
                connection.Abort();
            }

            accepted.Clear();
        }
    });
}
