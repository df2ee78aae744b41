using System.Buffers;
using System.Text;
using Pgmux.Testing.Transport;

namespace Pgmux.Transport.Tests.Simulation;

/// <summary>An end of a simulated link that takes all that comes, unless it is told to stop.</summary>
internal sealed class LinkPeer
{
    private readonly StringBuilder _received = new();
    private readonly LoopSignal _resume = new();
    private bool _isReading = true;

    public LinkPeer(TransportConnection connection)
    {
        Connection = (InMemoryConnection)connection;
        connection.Loop.Post(_ => _ = ReadAsync(), null);
    }

    public InMemoryConnection Connection { get; }

    /// <summary>What has come so far.</summary>
    public string Received => _received.ToString();

    /// <summary>Whether it was told that nothing more comes.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Called on the loop when something has come.</summary>
    public Action? Heard { get; set; }

    public bool IsReading
    {
        get => _isReading;
        set
        {
            _isReading = value;
            _resume.Set();
        }
    }

    /// <summary>Sends on the loop, and does not wait.</summary>
    public void Send(string text) => Connection.Loop.Post(
        _ =>
        {
            Connection.Output.Write(Encoding.ASCII.GetBytes(text));
            Connection.Flush();
        },
        null);

    private async Task ReadAsync()
    {
        while (!HasEnded)
        {
            if (!_isReading)
            {
                await _resume.WaitAsync(Connection.Loop);
                continue;
            }

            var result = await Connection.Input.ReadAsync();
            _received.Append(Encoding.ASCII.GetString(result.Buffer));
            Connection.Input.AdvanceTo(result.Buffer.End);
            HasEnded = result.IsCompleted;
            Heard?.Invoke();
        }
    }
}
