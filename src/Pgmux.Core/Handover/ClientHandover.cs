using Pgmux.Core.Authentication;
using Pgmux.Core.Clients;
using Pgmux.Core.Pooling;
using Pgmux.Transport;

namespace Pgmux.Core.Handover;

/// <summary>
/// Gives this process's clients to the new one, each between two of its transactions: those that are parked with the sweeps, those that are
/// busy when a transaction ends. Such a client is not read until its last reply has left, so that its next request is the new process's.
/// </summary>
internal sealed class ClientHandover : IClientHandover
{
    // Looks in which the last reply mostly leaves, one a turn. After that the sweep looks, and lets a client go on that does not take it.
    private const int TurnsToDrain = 4;

    private readonly HandoverChannel _channel;
    private readonly Action<ParkedClient, int> _undelivered;
    private readonly List<HeldClient>[] _held;
    private readonly bool[] _isLookPosted;
    private readonly Dictionary<Pool, (ServerCredentials, string?)> _told = [];
    private readonly Lock _gate = new();

    /// <param name="channel">The way to the new process.</param>
    /// <param name="loops">How many loops there are.</param>
    /// <param name="undelivered">Goes on here with a client that could not be sent, and its descriptor.</param>
    public ClientHandover(HandoverChannel channel, int loops, Action<ParkedClient, int> undelivered)
    {
        _channel = channel;
        _undelivered = undelivered;
        _isLookPosted = new bool[loops];
        _held = [.. Enumerable.Range(0, loops).Select(static _ => new List<HeldClient>())];
    }

    /// <summary>Whether clients have left their loop that the new process does not have yet.</summary>
    public bool HasClientsUnderWay => _channel.HasClientsUnderWay;

    /// <inheritdoc/>
    public void OnParked(ClientConnection client) =>
        client.Loop.Post(static state => ((ClientConnection)state!).Environment.Handover?.OnParkedBefore((ClientConnection)state), client);

    /// <inheritdoc/>
    public void OnParkedBefore(ClientConnection client)
    {
        if (!ClientParking.CanLeave(client) || client.Transport.IsHeld)
        {
            return;
        }

        client.Transport.IsHeld = true;
        var held = _held[client.Loop.Index];
        held.Add(new HeldClient(client, TurnsToDrain));
        PostLook(client.Loop);
    }

    /// <summary>Gives away all clients of a loop that are parked. On the loop, with its sweeps.</summary>
    public void Sweep(ClientRegistry registry)
    {
        GiveHeld(registry.Loop, isSweep: true);

        // Backwards, because the last, already seen, takes the place of one that has gone.
        for (var i = registry.Clients.Count - 1; i >= 0; i--)
        {
            TryGive(registry.Clients[i]);
        }
    }

    /// <summary>Nobody goes any more: those that are held go on here. On the loop.</summary>
    public void ReleaseHeld(EventLoop loop)
    {
        foreach (var (client, _) in _held[loop.Index])
        {
            client.Transport.IsHeld = false;
        }

        _held[loop.Index].Clear();
    }

    private void PostLook(EventLoop loop)
    {
        if (!_isLookPosted[loop.Index])
        {
            _isLookPosted[loop.Index] = true;
            loop.Post(
                _ =>
                {
                    _isLookPosted[loop.Index] = false;
                    GiveHeld(loop, isSweep: false);
                },
                null);
        }
    }

    // Those whose last reply has left go. The others are looked at again in the next turns, and at last by the sweep, which lets them go on here.
    private void GiveHeld(EventLoop loop, bool isSweep)
    {
        var held = _held[loop.Index];
        var looksAgain = false;
        for (var i = held.Count - 1; i >= 0; i--)
        {
            var (client, turns) = held[i];
            if (client.State != ClientState.Closed && client.Transport.UnsentBytes > 0 && !isSweep)
            {
                held[i] = new HeldClient(client, turns - 1);
                looksAgain |= turns > 1;
                continue;
            }

            held.RemoveAt(i);
            if (client.State != ClientState.Closed && !TryGive(client))
            {
                client.Transport.IsHeld = false;
            }
        }

        if (looksAgain)
        {
            PostLook(loop);
        }
    }

    private bool TryGive(ClientConnection client)
    {
        if (client.Transport.UnsentBytes > 0 || !ClientParking.CanLeave(client) || !_channel.TryTakeRoom())
        {
            return false;
        }

        var parked = ClientParking.Describe(client);
        var pool = client.Pool!;
        var descriptor = client.GiveAway();
        if (descriptor < 0)
        {
            _channel.GiveRoomBack();
            return false;
        }

        lock (_gate)
        {
            // The secrets first: the new process may need them at once.
            TellSecrets(pool);
            _channel.Post(new HandoverParcel(
                HandoverMessage.Of(HandoverMessageKind.Client, parked, HandoverJson.Default.ParkedClient, descriptor),
                () => _undelivered(parked, descriptor)));
        }

        return true;
    }

    private void TellSecrets(Pool pool)
    {
        var shown = pool.Shown;
        if (_told.TryGetValue(pool, out var told) && told == shown)
        {
            return;
        }

        _told[pool] = shown;
        if (PoolSecretsExchange.Describe(pool.Key, shown.Credentials, shown.Token) is { } secrets)
        {
            _channel.Post(new HandoverParcel(HandoverMessage.Of(HandoverMessageKind.Secrets, secrets, HandoverJson.Default.PoolSecrets)));
        }
    }
}
