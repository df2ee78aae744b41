using System.Security.Cryptography;
using Pgmux.Core.Cancellation.Peers;

namespace Pgmux.Core.Cancellation;

/// <summary>
/// Who has which cancel key, for the whole process. Asked at logins, logouts and cancel requests only. Holds a key for each client, and so no
/// more than max_client_conn.
/// </summary>
internal class CancelRegistry
{
    private readonly Lock _gate = new();
    private readonly CancelTable _targets = new();

    /// <summary>Gives a client a key that nobody else has.</summary>
    /// <param name="target">The client.</param>
    /// <param name="processId">The process id that the client is to see; 0 for a random one.</param>
    /// <param name="isLong">Whether the client speaks protocol 3.2, whose secrets are longer.</param>
    /// <param name="mark">What it has to carry.</param>
    public CancelKey Add(ICancelTarget target, int processId, bool isLong, CancelKeyMark mark = default)
    {
        // The id of a peer leaves 15 random bits in the process id: fewer than there may be clients.
        var isShared = processId != 0 || mark.PeerId > 0;
        while (true)
        {
            var key = CancelKey.Create(processId, isLong, mark);
            lock (_gate)
            {
                if (IsFree(key, isShared))
                {
                    target.CancelKey = key;
                    _targets.Add(target);
                    return key;
                }
            }
        }
    }

    /// <summary>Takes a client that has its key already, from another process: its random part keeps it apart from those given out here.</summary>
    public void Add(ICancelTarget target, CancelKey key)
    {
        lock (_gate)
        {
            target.CancelKey = key;
            _targets.Add(target);
        }
    }

    /// <summary>Forgets the key of a client.</summary>
    public void Remove(ICancelTarget target)
    {
        lock (_gate)
        {
            _targets.Remove(target);
        }
    }

    /// <summary>
    /// The client with this key, or null. Secrets are compared in constant time; a wrong one tells nothing to whoever sent it.
    /// </summary>
    public virtual ICancelTarget? Find(int processId, ReadOnlySpan<byte> secret)
    {
        Span<byte> expected = stackalloc byte[CancelKey.LongSecretBytes];
        ICancelTarget? found = null;
        lock (_gate)
        {
            foreach (var target in _targets.Find(processId))
            {
                // Lengths are no secret: they follow from the version that the client speaks.
                if (CryptographicOperations.FixedTimeEquals(target.CancelKey.CopySecretTo(expected), secret))
                {
                    found = target;
                }
            }
        }

        return found;
    }

    /// <summary>The same for a request that may have been passed on: its key may say that it may be passed on less often than when it was given out.</summary>
    /// <param name="mark">What keys carry now.</param>
    /// <param name="processId">Process id of the request.</param>
    /// <param name="secret">Secret of the request.</param>
    public ICancelTarget? Find(CancelKeyMark mark, int processId, ReadOnlySpan<byte> secret)
    {
        if (Find(processId, secret) is { } target)
        {
            return target;
        }

        if (!mark.CountsHops || PeerKey.HopsOf(secret) == PeerKey.MostHops || secret.Length > CancelKey.LongSecretBytes
            || (mark.PeerId > 0 && PeerKey.PeerIdOf(processId) != mark.PeerId))
        {
            return null;
        }

        Span<byte> original = stackalloc byte[CancelKey.LongSecretBytes];
        secret.CopyTo(original);
        original = original[..secret.Length];
        PeerKey.SetHops(original, PeerKey.MostHops);
        return Find(processId, original);
    }

    // Long secrets do not meet: they are 256 bits. Backends of several servers may share a process id, and a session client keeps its
    // backend's: the secret tells them apart.
    private bool IsFree(CancelKey key, bool isShared)
    {
        foreach (var other in _targets.Find(key.ProcessId))
        {
            if (!isShared || other.CancelKey == key)
            {
                return false;
            }
        }

        return true;
    }
}
