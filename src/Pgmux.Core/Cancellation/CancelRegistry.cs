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
    private readonly Dictionary<int, Entry> _entries = [];

    // Backends of several servers may share a process id, and a session client keeps its backend's: the secret tells them apart.
    private sealed record Entry(uint Secret, ICancelTarget Target, Entry? Next);

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
                var others = _entries.GetValueOrDefault(key.ProcessId);
                if (others is null || (processId != 0 && !Has(others, key.Secret)))
                {
                    _entries[key.ProcessId] = new Entry(key.Secret, target, others);
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
            if (Without(_entries.GetValueOrDefault(key.ProcessId), key.Secret) is { } rest)
            {
                _entries[key.ProcessId] = rest;
            }
            else
            {
                _entries.Remove(key.ProcessId);
            }
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
            for (var entry = _entries.GetValueOrDefault(processId); entry is not null; entry = entry.Next)
            {
                BinaryPrimitives.WriteUInt32BigEndian(expected, entry.Secret);
                if (CryptographicOperations.FixedTimeEquals(expected, secret))
                {
                    found = entry.Target;
                }
            }
        }

        return found;
    }

    private static bool Has(Entry? entry, uint secret) => entry is not null && (entry.Secret == secret || Has(entry.Next, secret));

    private static Entry? Without(Entry? entry, uint secret) =>
        entry is null ? null : entry.Secret == secret ? entry.Next : entry with { Next = Without(entry.Next, secret) };
}
