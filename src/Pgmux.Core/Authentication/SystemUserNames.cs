using Pgmux.Transport;

namespace Pgmux.Core.Authentication;

/// <summary>
/// Names of the system's users, asked for off the loop and kept for a while: whoever runs a directory service is not asked at each login.
/// Only names that were found are kept. Shared by all loops.
/// </summary>
/// <param name="look">Finds a name; may block.</param>
internal sealed class SystemUserNames(Func<uint, string?> look)
{
    /// <summary>More users than log in on one machine; when they are more, all names are asked for again.</summary>
    public const int Capacity = 1024;

    /// <summary>How long a user may go by its old name.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, Entry> _names = [];

    /// <summary>The names that the system knows.</summary>
    public SystemUserNames()
        : this(id => SystemUsers.Find(id)?.Name)
    {
    }

    /// <summary>The user's name; null when the system does not know the user. Comes back to the loop.</summary>
    public async ValueTask<string?> FindAsync(EventLoop loop, uint userId)
    {
        lock (_lock)
        {
            if (_names.TryGetValue(userId, out var known) && loop.TimeProvider.GetElapsedTime(known.FoundAt, loop.Timestamp) < Lifetime)
            {
                return known.Name;
            }
        }

        var name = await loop.OffloadAsync(() => look(userId));
        if (name is not null)
        {
            Keep(userId, new Entry(name, loop.Timestamp));
        }

        return name;
    }

    private void Keep(uint userId, Entry entry)
    {
        lock (_lock)
        {
            if (_names.Count >= Capacity)
            {
                _names.Clear();
            }

            _names[userId] = entry;
        }
    }

    private sealed record Entry(string Name, long FoundAt);
}
