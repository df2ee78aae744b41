using System.Buffers.Binary;
using System.Security.Cryptography;
using Pgmux.Protocol;

namespace Pgmux.Core.Cancellation;

/// <summary>
/// Who has which cancel key, for the whole process. Asked at logins, logouts and cancel requests only.
/// </summary>
internal sealed class CancelRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Entry> _targets = [];

    private readonly record struct Entry(uint Secret, ICancelTarget Target);

    /// <summary>Gives a client a key that nobody else has.</summary>
    public CancelKey Add(ICancelTarget target)
    {
        while (true)
        {
            var key = CancelKey.Create();
            lock (_gate)
            {
                if (_targets.TryAdd(key.ProcessId, new Entry(key.Secret, target)))
                {
                    return key;
                }
            }
        }
    }

    /// <summary>Forgets a key.</summary>
    public void Remove(CancelKey key)
    {
        lock (_gate)
        {
            _targets.Remove(key.ProcessId);
        }
    }

    /// <summary>
    /// The client with this key, or null. Secrets are compared in constant time; a wrong one tells nothing to whoever sent it.
    /// </summary>
    public ICancelTarget? Find(int processId, ReadOnlySpan<byte> secret)
    {
        Span<byte> expected = stackalloc byte[BackendKeyData.MinimumSecretBytes];
        lock (_gate)
        {
            if (!_targets.TryGetValue(processId, out var entry))
            {
                return null;
            }

            BinaryPrimitives.WriteUInt32BigEndian(expected, entry.Secret);
            return CryptographicOperations.FixedTimeEquals(expected, secret) ? entry.Target : null;
        }
    }
}
