using System.Buffers;
using System.Net;
using Pgmux.Testing.Transport;

namespace Pgmux.Transport.Tests.Simulation;

public sealed class FairnessTests
{
    [Test]
    public void A_connection_that_never_runs_dry_leaves_room_for_others()
    {
        const int Length = 8 * 1024 * 1024;
        var network = new SimulatedNetwork { CapacityBytes = Length };
        var loop = network.CreateLoop();
        long received = 0;
        long receivedBeforeOthers = 0;
        using var listener = loop.Listen(
            new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) },
            connection => _ = ReadAsync(connection));
        network.Run(loop, async () =>
        {
            var tuning = new SocketTuning { UnsentLimitBytes = Length };
            var client = await loop.ConnectAsync(
                new ConnectOptions { EndPoint = listener.EndPoint, Tuning = tuning }, CancellationToken.None);
            client.Output.Write(new byte[Length]);
            client.Output.Complete();
        });
        Assert.That(received, Is.EqualTo(Length));
        Assert.That(receivedBeforeOthers, Is.InRange(1, Length / 4));

        async Task ReadAsync(TransportConnection connection)
        {
            while (true)
            {
                var result = await connection.Input.ReadAsync();
                if (received == 0)
                {
                    loop.Post(_ => receivedBeforeOthers = received, null);
                }

                received += result.Buffer.Length;
                connection.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    connection.Close();
                    return;
                }
            }
        }
    }
}
