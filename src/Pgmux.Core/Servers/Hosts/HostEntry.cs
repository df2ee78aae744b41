using System.Net;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>What is known of one host. Guarded by the lock of <see cref="HostResolver"/>.</summary>
internal sealed class HostEntry(string host)
{
    private const string NotAnsweredYet = "no answer from the name server yet";

    private uint _turn;

    /// <summary>The name as the configuration has it.</summary>
    public string Host { get; } = host;

    /// <summary>What follows the first dot, as in PgBouncer; null when nothing does.</summary>
    public string? Zone { get; } = host.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 && dot + 1 < host.Length ? host[(dot + 1)..] : null;

    /// <summary>The last good addresses; empty when there are none, or none any more.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; private set; } = [];

    /// <summary>Which of them have vanished.</summary>
    public AddressHistory History { get; } = new();

    /// <summary>Why there are no addresses.</summary>
    public string Problem { get; private set; } = NotAnsweredYet;

    /// <summary>When the answer is to be asked for again, in ticks of the loops' clock; null before the first answer.</summary>
    public long? ExpiresAt { get; set; }

    /// <summary>When it was last asked for by a connection, in ticks of the loops' clock.</summary>
    public long WantedAt { get; set; }

    /// <summary>When the last question began, in ticks of the loops' clock.</summary>
    public long AskedAt { get; set; }

    /// <summary>Completes with the answer that is on its way; null when there is no question.</summary>
    public TaskCompletionSource? Pending { get; set; }

    /// <summary>Takes over an answer. One that says nothing leaves the last good addresses in use.</summary>
    public void Take(HostAnswer answer)
    {
        if (answer.Kind != HostAnswerKind.Failed || Addresses.Count == 0)
        {
            Addresses = answer.Addresses;
            Problem = answer.Problem;
        }
    }

    /// <summary>The addresses for the next connection: each connection begins with another one, as in PgBouncer, and may try them all.</summary>
    public HostAddresses TakeTurn()
    {
        if (Addresses.Count == 0)
        {
            return new HostAddresses([], Problem);
        }

        var first = (int)(_turn++ % (uint)Addresses.Count);
        return new HostAddresses(first == 0 ? Addresses : [.. Addresses.Skip(first), .. Addresses.Take(first)], "");
    }
}
