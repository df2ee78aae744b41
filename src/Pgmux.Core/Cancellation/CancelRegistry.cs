using System.Buffers.Binary;
using System.Security.Cryptography;
using Pgmux.Protocol;

namespace Pgmux.Core.Cancellation;

/// <summary>
/// Who has which cancel key, for the whole process. Asked at logins, logouts and cancel requests only.
/// </summary>
internal class CancelRegistry
{
    private readonly Lock _gate = new();
    private readonly CancelTable _targets = new();

    /// <summary>Gives a client a key that nobody else has.</summary>
    /// <param name="target">The client.</param>
    /// <param name="processId">The process id that the client is to see; 0 for a random one.</param>
    public CancelKey Add(ICancelTarget target, int processId)
    {
        while (true)
        {
            var key = CancelKey.Create(processId);
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
        Span<byte> expected = stackalloc byte[BackendKeyData.MinimumSecretBytes];
        ICancelTarget? found = null;
        lock (_gate)
        {
            foreach (var target in _targets.Find(processId))
            {
                BinaryPrimitives.WriteUInt32BigEndian(expected, target.CancelKey.Secret);
                if (CryptographicOperations.FixedTimeEquals(expected, secret))
                {
                    found = target;
                }
            }
        }

        return found;
    }

    // Backends of several servers may share a process id, and a session client keeps its backend's: the secret tells them apart.
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
