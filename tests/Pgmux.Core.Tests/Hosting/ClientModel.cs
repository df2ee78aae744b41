using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>A client that counts by itself what it has asked for and got, as the console should have counted it.</summary>
internal sealed class ClientModel
{
    private readonly FakeClient _client;
    private readonly long _welcomeBytes;
    private char _status = 'I';

    public ClientModel(FakeClient client, string database)
    {
        _client = client;
        Database = database;
        _welcomeBytes = client.ReceivedBytes;
        client.Take();
    }

    public string Database { get; }

    /// <summary>ReadyForQuery messages that came.</summary>
    public long Queries { get; private set; }

    /// <summary>Those that ended a transaction.</summary>
    public long Transactions { get; private set; }

    /// <summary>Transactions begun.</summary>
    public long Assignments { get; private set; }

    public long Parses { get; private set; }

    public long Binds { get; private set; }

    public long BytesSent { get; private set; }

    public long BytesReceived => _client.ReceivedBytes - _welcomeBytes;

    public bool IsInTransaction => _status != 'I';

    /// <summary>Does something that is answered at once.</summary>
    public void Act(Random random)
    {
        switch (random.Next(6))
        {
            case 0 when _status != 'E':
                // Unnamed and without sharing: the bytes pass as they are. What a server skips is not counted.
                Parses++;
                Binds++;
                Send(RawMessages.Parse($"SELECT p{random.Next(3)}"), RawMessages.Bind(), RawMessages.DescribePortal(), RawMessages.Execute(), RawMessages.Sync());
                break;
            case 1:
                Send(RawMessages.Query("BEGIN"));
                break;
            case 2:
                Send(RawMessages.Query(random.Next(2) == 0 ? "COMMIT" : "ROLLBACK"));
                break;
            case 3:
                Send(RawMessages.Query("FAIL"));
                break;
            case 4:
                Send(RawMessages.Query($"ROWS {random.Next(20)} {random.Next(2000)}"));
                break;
            default:
                Send(RawMessages.Query("SELECT a"));
                break;
        }
    }

    private void Send(params byte[][] messages)
    {
        Assignments += IsInTransaction ? 0 : 1;
        BytesSent += messages.Sum(message => message.Length);
        _client.Send(messages);
        var ready = _client.Replies.Where(reply => reply.Type == 'Z').ToArray();
        Assert.That(ready, Has.Length.EqualTo(1));
        _status = ready[0].Status;
        Queries++;
        Transactions += IsInTransaction ? 0 : 1;
        _client.Take();
    }
}
