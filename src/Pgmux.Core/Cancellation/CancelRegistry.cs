using System.Security.Cryptography;

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
    public CancelKey Add(ICancelTarget target, int processId, bool isLong)
    {
        while (true)
        {
            var key = CancelKey.Create(processId, isLong);
            lock (_gate)
            {
                if (IsFree(key, isShared: processId != 0))
                {
                    target.CancelKey = key;
                    _targets.Add(target);
                    return key;
                }
            }
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
