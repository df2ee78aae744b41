using System.Buffers.Binary;
using System.Security.Cryptography;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>
/// Derived keys of passwords, so that PBKDF2 runs once for each and not at every login. Bounded: the keys used longest ago go first.
/// Entries are found by a keyed hash, so the cache holds no password. Shared by all loops; asked at logins only.
/// </summary>
internal sealed class ScramSecretCache
{
    /// <summary>Enough for a user list of that many plain passwords, at about 300 bytes each.</summary>
    public const int DefaultCapacity = 16_384;

    private readonly Lock _lock = new();
    private readonly byte[] _hashKey = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);
    private readonly Dictionary<CacheKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];
    private readonly int _capacity;

    public ScramSecretCache(int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
    }

    /// <summary>Number of derivations held.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>The derivation of a password that we were given to keep; it may not have run yet.</summary>
    public ScramDerivation GetOrAdd(string password, ReadOnlySpan<byte> salt, int iterations)
    {
        var key = KeyOf(password, salt, iterations);
        lock (_lock)
        {
            return Find(key) ?? Add(key, new ScramDerivation(password, salt, iterations));
        }
    }

    /// <summary>
    /// The derivation of a password that a client claims. It is held only after <see cref="Keep"/>: guesses must not push out keys
    /// that are in use.
    /// </summary>
    public ScramDerivation GetOrCreate(string password, ReadOnlySpan<byte> salt, int iterations)
    {
        var key = KeyOf(password, salt, iterations);
        lock (_lock)
        {
            return Find(key) ?? new ScramDerivation(password, salt, iterations);
        }
    }

    /// <summary>Holds the derivation of a password that has proved right.</summary>
    public void Keep(string password, ReadOnlySpan<byte> salt, int iterations, ScramDerivation derivation)
    {
        var key = KeyOf(password, salt, iterations);
        lock (_lock)
        {
            if (Find(key) is null)
            {
                Add(key, derivation);
            }
        }
    }

    private ScramDerivation? Find(CacheKey key)
    {
        if (!_entries.TryGetValue(key, out var node))
        {
            return null;
        }

        _byUse.Remove(node);
        _byUse.AddFirst(node);
        return node.Value.Derivation;
    }

    private ScramDerivation Add(CacheKey key, ScramDerivation derivation)
    {
        if (_entries.Count == _capacity && _byUse.Last is { } oldest)
        {
            _byUse.RemoveLast();
            _entries.Remove(oldest.Value.Key);
        }

        _entries.Add(key, _byUse.AddFirst(new Entry(key, derivation)));
        return derivation;
    }

    private CacheKey KeyOf(string password, ReadOnlySpan<byte> salt, int iterations)
    {
        // Fixed-length fields go first, so that no two different inputs run together into the same bytes.
        var passwordBytes = WireText.Encode(password);
        var input = new byte[sizeof(int) + sizeof(int) + salt.Length + passwordBytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(input, iterations);
        BinaryPrimitives.WriteInt32LittleEndian(input.AsSpan(sizeof(int)), salt.Length);
        salt.CopyTo(input.AsSpan(sizeof(int) + sizeof(int)));
        passwordBytes.CopyTo(input.AsSpan(input.Length - passwordBytes.Length));
        var hash = HMACSHA256.HashData(_hashKey, input);
        return new CacheKey(
            BinaryPrimitives.ReadUInt128LittleEndian(hash), BinaryPrimitives.ReadUInt128LittleEndian(hash.AsSpan(hash.Length / 2)));
    }

    private readonly record struct CacheKey(UInt128 Low, UInt128 High);

    private readonly record struct Entry(CacheKey Key, ScramDerivation Derivation);
}
