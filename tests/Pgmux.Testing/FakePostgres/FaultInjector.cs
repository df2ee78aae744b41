namespace Pgmux.Testing.FakePostgres;

/// <summary>Sends the replies of one server, and does to them on the way what the fault dial says.</summary>
internal sealed class FaultInjector(FakeServer server, PeerOutput output)
{
    private TaskCompletionSource? _stall;

    /// <summary>What was done that no PostgreSQL does; null while there was nothing.</summary>
    public string? Fault { get; private set; }

    /// <summary>Whether the server says nothing any more, and stays open.</summary>
    public bool IsMute { get; private set; }

    /// <summary>Whether the server sends nothing and reads nothing until <see cref="EndStall"/>.</summary>
    public bool IsStalled => _stall is not null;

    /// <summary>Sends a reply and waits for room. What the server does after it follows from its state.</summary>
    public async Task SendAsync(byte[] reply, BackendFaults? faults)
    {
        if (faults is not null)
        {
            Write(faults.NextNoise() ?? []);
            reply = await SpoilAsync(reply, faults);
        }

        Write(reply);
        await output.WhenThereIsRoom;
    }

    /// <summary>Lets a server go on that stalls.</summary>
    public void EndStall()
    {
        var stall = _stall;
        _stall = null;
        stall?.SetResult();
    }

    // What is to be sent instead.
    private async ValueTask<byte[]> SpoilAsync(byte[] reply, BackendFaults faults)
    {
        var type = (char)reply[0];
        switch (faults.OfMessage(reply))
        {
            case null:
                return reply;
            case BackendFault.Stall:
                _stall = new TaskCompletionSource();
                await _stall.Task;
                return server.IsOpen ? reply : [];
            case BackendFault.MissingKey:
                return [];
            case BackendFault.AdminShutdown:
                return End("shut down instead of", reply, Replies.Fatal("57P01", "terminating connection due to administrator command"), isReset: false);
            case BackendFault.Fin:
                return End("ended within", reply, reply[..faults.Random.Next(reply.Length)], isReset: false);
            case BackendFault.Rst:
                return End("broke within", reply, reply[..faults.Random.Next(reply.Length)], isReset: true);
            case BackendFault.Garbage:
                IsMute = true;
                return Note($"garbage instead of {type}", BrokenReplies.Garbage(faults.Random));
            case BackendFault.BadLength:
                IsMute = true;
                return Note($"bad length of {type}", BrokenReplies.BadLength(faults.Random, reply));
            case BackendFault.MissingFields:
                return Note($"missing fields of {type}", BrokenReplies.MissingFields(faults.Random, reply));
            case BackendFault.StrayReply:
                return Note($"stray reply ahead of {type}", [.. BrokenReplies.Stray(faults.Random, reply), .. reply]);
            case BackendFault.ExtraReady:
                return Note("extra ReadyForQuery", [.. reply, .. reply]);
            case BackendFault.UnknownStatus:
                return Note("unknown status", BrokenReplies.UnknownStatus(faults.Random));
            case var other:
                throw new InvalidOperationException($"{other} does not befall a message");
        }
    }

    private byte[] End(string what, byte[] reply, byte[] last, bool isReset)
    {
        Note($"{what} {(char)reply[0]}, {last.Length} of {reply.Length} bytes", []);
        Write(last);
        if (isReset)
        {
            server.ResetQuietly();
        }
        else
        {
            server.CloseQuietly();
        }

        return [];
    }

    private byte[] Note(string fault, byte[] bytes)
    {
        // The first one counts: what comes after it may be its consequence.
        Fault ??= fault;
        return bytes;
    }

    private void Write(byte[] bytes)
    {
        if (bytes.Length > 0)
        {
            output.Write(bytes);
        }
    }
}
