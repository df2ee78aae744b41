using System.Text;
using Pgmux.Core.Statements.Sql;

namespace Pgmux.Core.Statements;

/// <summary>
/// A prepared statement as the whole process knows it: one object for one text with its parameter types, however many clients and
/// servers have it, under a server-side name that no other statement ever gets. Counted by its holders; see
/// <see cref="StatementRegistry"/>.
/// </summary>
internal sealed class Statement
{
    /// <summary>What one costs beside its text: the object, its name, its place in the registry. Measured, rounded up.</summary>
    public const int OverheadBytes = 384;

    private readonly StatementRegistry? _registry;
    private readonly long[] _hits;
    private int _clients;
    private int _servers;
    private int _generation;
    private byte[]? _usualName;
    private volatile Answer _mayCopy;

    /// <param name="registry">Who keeps it; null when it is in nobody's books.</param>
    /// <param name="number">Never given to another.</param>
    /// <param name="serverName">Its name on servers.</param>
    /// <param name="level">How it is made there.</param>
    /// <param name="definition">See <see cref="Definition"/>.</param>
    /// <param name="loops">Event loops that may use it.</param>
    public Statement(StatementRegistry? registry, long number, byte[] serverName, StatementLevel level, byte[] definition, int loops)
    {
        _registry = registry;
        _hits = new long[loops];
        Number = number;
        ServerName = serverName;
        Level = level;
        Definition = definition;
        UnusedNode = new LinkedListNode<Statement>(this);
    }

    /// <summary>What a server's unnamed statement is when nobody knows: like no other, and not to be made again.</summary>
    public static Statement Unknown { get; } = new(registry: null, number: -1, [], StatementLevel.Protocol, [], loops: 0);

    /// <summary>Number in the server-side name.</summary>
    public long Number { get; }

    /// <summary>Name on servers, without a zero.</summary>
    public byte[] ServerName { get; }

    /// <summary>How it is made on servers.</summary>
    public StatementLevel Level { get; }

    /// <summary>
    /// Protocol level: the body of Parse after the name, which is text, zero, count and parameter types. SQL level: what follows
    /// the name in PREPARE. Empty when the text was too long to keep.
    /// </summary>
    public byte[] Definition { get; }

    /// <summary>Whether it can be made again on another server.</summary>
    public bool IsReplayable => Definition.Length > 0;

    /// <summary>
    /// Whether running it may be COPY, during which a server takes other messages in another way: it begins so, or nobody knows. PREPARE, and
    /// so the SQL level, knows no COPY.
    /// </summary>
    public bool MayCopy
    {
        get
        {
            if (_mayCopy == Answer.NotLookedYet)
            {
                // Not when it is made, which is under the registry's lock. Two loops may both look.
                _mayCopy = Level == StatementLevel.Protocol && (!IsReplayable || CopyScreen.MayBeCopy(Definition)) ? Answer.Yes : Answer.No;
            }

            return _mayCopy == Answer.Yes;
        }
    }

    /// <summary>Whether others may have it too, for the same definition.</summary>
    public bool IsShared { get; init; } = true;

    /// <summary>What PREPARE, EXECUTE and their kin in the text ask for; null for the usual statement.</summary>
    public StatementCommands? Commands { get; init; }

    /// <summary>Names of clients that stand for it.</summary>
    public int ClientCount => Volatile.Read(ref _clients);

    /// <summary>Servers that have it.</summary>
    public int ServerCount => Volatile.Read(ref _servers);

    /// <summary>Whether nobody has it.</summary>
    public bool IsUnused => ClientCount == 0 && ServerCount == 0;

    /// <summary>Bytes that it is counted with.</summary>
    public int Bytes => Definition.Length + OverheadBytes;

    /// <summary>
    /// Goes up when a server has found its plan stale: what servers parsed before that is parsed anew. Written by any loop.
    /// </summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>How often a Parse of it was answered without a server.</summary>
    public long Hits
    {
        get
        {
            long sum = 0;
            for (var i = 0; i < _hits.Length; i++)
            {
                sum += Volatile.Read(ref _hits[i]);
            }

            return sum;
        }
    }

    /// <summary>The text for people.</summary>
    public string Text
    {
        get
        {
            var end = Level == StatementLevel.Sql ? -1 : Definition.AsSpan().IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? Definition : Definition.AsSpan(0, end)).Trim();
        }
    }

    /// <summary>Whether the registry has it in its books; only the registry touches it.</summary>
    internal bool IsKept { get; set; }

    /// <summary>The next one with the same hash; only the registry touches it.</summary>
    internal Statement? NextWithSameHash { get; set; }

    /// <summary>Its hash; only the registry touches it.</summary>
    internal UInt128 Hash { get; init; }

    /// <summary>
    /// Place in the registry's list of unused ones, made once: a text that comes and goes is in it and out of it all the time. Only the
    /// registry touches it.
    /// </summary>
    internal LinkedListNode<Statement> UnusedNode { get; }

    /// <summary>A server has found its plan stale: other servers' are too, or will be.</summary>
    public void OnStale() => Interlocked.Increment(ref _generation);

    /// <summary>A Parse of it was answered without a server. Each loop counts for itself.</summary>
    public void CountHit(int loop) => _hits[loop]++;

    /// <summary>A client's name for it, to keep: others mostly have the same name, and then share it.</summary>
    public byte[] Keep(ReadOnlySpan<byte> name)
    {
        // Most give it the name that the first gave it. Two loops may both be the first.
        if (_usualName is { } usual && name.SequenceEqual(usual))
        {
            return usual;
        }

        var kept = _registry is null ? name.ToArray() : _registry.ClientNames.Get(name);
        if (name.Length <= StatementNamePool.NameBytesLimit)
        {
            _usualName ??= kept;
        }

        return kept;
    }

    /// <summary>One holder more; the caller has it from somebody who holds it, or under the registry's lock.</summary>
    public void Add(StatementHolder holder) => Interlocked.Increment(ref holder == StatementHolder.Client ? ref _clients : ref _servers);

    /// <summary>One holder less.</summary>
    public void Release(StatementHolder holder)
    {
        if (Interlocked.Decrement(ref holder == StatementHolder.Client ? ref _clients : ref _servers) == 0 && IsUnused)
        {
            _registry?.OnUnused(this);
        }
    }

    private enum Answer : byte
    {
        NotLookedYet,
        Yes,
        No,
    }
}
