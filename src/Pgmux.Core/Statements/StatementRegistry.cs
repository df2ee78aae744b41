using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pgmux.Core.Statements;

/// <summary>
/// All prepared statements of the process, each once. Bounded by bytes and by count; what no client and no server holds stays for a
/// while, so that a text which comes again soon is known, and goes first when room is needed.
/// </summary>
/// <param name="loops">Event loops that may use the statements.</param>
/// <param name="hash">What finds them.</param>
internal sealed class StatementRegistry(int loops, StatementHash hash)
{
    /// <summary>Most statements: with their overhead they are more than the default of prepared_statement_memory takes.</summary>
    public const int CountLimit = 1_000_000;

    /// <summary>Most statements that nobody holds: the texts that a busy application sends in a minute or so.</summary>
    public const int UnusedCountLimit = 1_024;

    /// <summary>Most bytes of statements that nobody holds.</summary>
    public const long UnusedBytesLimit = 4 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Statement> _byHash = [];
    private readonly LinkedList<Statement> _unused = [];
    private long _unusedBytes;
    private int _count;
    private long _bytes;

    public StatementRegistry(int loops)
        : this(loops, new StatementHash())
    {
    }

    /// <summary>Server-side names.</summary>
    public StatementNames Names { get; init; } = new();

    /// <summary>Names that clients give to statements.</summary>
    public StatementNamePool ClientNames { get; } = new();

    /// <summary>Most bytes of all statements. prepared_statement_memory; changed by a reload.</summary>
    public long BytesLimit { get; set; } = 256 * 1024 * 1024;

    /// <summary>Statements known.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Bytes that they are counted with.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    /// <summary>The statement of this definition, held once more for a client; null when there is no room for a new one.</summary>
    public Statement? Intern(StatementLevel level, ReadOnlySpan<byte> definition)
    {
        var key = hash.Of(definition);
        lock (_gate)
        {
            ref var first = ref CollectionsMarshal.GetValueRefOrNullRef(_byHash, key);
            if (!Unsafe.IsNullRef(ref first))
            {
                for (var known = first; known is not null; known = known.NextWithSameHash)
                {
                    if (known.IsShared && known.Level == level && definition.SequenceEqual(known.Definition))
                    {
                        Use(known);
                        return known;
                    }
                }
            }

            return AddNew(key, level, definition, commands: null);
        }
    }

    /// <summary>
    /// A statement that is nobody else's, held once for a client; null when there is no room, or its commands go too deep. It is counted
    /// like others.
    /// </summary>
    public Statement? CreateUnshared(StatementLevel level, ReadOnlySpan<byte> definition, StatementCommands? commands)
    {
        if (commands is { Depth: > StatementCommands.DepthLimit })
        {
            return null;
        }

        lock (_gate)
        {
            return AddNew(key: null, level, definition, commands);
        }
    }

    /// <summary>A statement whose text is too long to keep: it lives where it was parsed and nowhere else.</summary>
    public Statement CreateUntracked()
    {
        var (number, name) = Names.Next();
        var statement = new Statement(registry: null, number, name, StatementLevel.Protocol, [], loops);
        statement.Add(StatementHolder.Client);
        return statement;
    }

    /// <summary>
    /// Whether a client has its part and more of what is left: when more than half of all room is taken, no client may hold more than a
    /// quarter of it. So none can keep the others from preparing.
    /// </summary>
    public bool IsTooMuchFor(ClientStatements client, int bytes) => Bytes > BytesLimit / 2 && client.Bytes + bytes > BytesLimit / 4;

    /// <summary>All statements that somebody holds, in no order.</summary>
    public List<Statement> Snapshot()
    {
        lock (_gate)
        {
            var all = new List<Statement>(_count);
            foreach (var first in _byHash.Values)
            {
                for (var statement = first; statement is not null; statement = statement.NextWithSameHash)
                {
                    if (!statement.IsUnused)
                    {
                        all.Add(statement);
                    }
                }
            }

            return all;
        }
    }

    /// <summary>The last holder has let go. Another may have come meanwhile.</summary>
    internal void OnUnused(Statement statement)
    {
        lock (_gate)
        {
            if (!statement.IsKept || !statement.IsUnused || statement.UnusedNode.List is not null)
            {
                return;
            }

            _unused.AddLast(statement.UnusedNode);
            _unusedBytes += statement.Bytes;
            if (!statement.IsShared)
            {
                DropUnused(statement);
            }

            while (_unused.Count > UnusedCountLimit || _unusedBytes > UnusedBytesLimit)
            {
                DropUnused(_unused.First!.Value);
            }
        }
    }

    private void Use(Statement statement)
    {
        statement.Add(StatementHolder.Client);
        if (statement.UnusedNode.List is not null)
        {
            _unused.Remove(statement.UnusedNode);
            _unusedBytes -= statement.Bytes;
        }
    }

    private Statement? AddNew(UInt128? key, StatementLevel level, ReadOnlySpan<byte> definition, StatementCommands? commands)
    {
        if (!HasRoom(definition.Length + Statement.OverheadBytes))
        {
            return null;
        }

        var (number, name) = Names.Next();
        var statement = new Statement(this, number, name, level, definition.ToArray(), loops)
        {
            IsShared = key is not null,
            Hash = key ?? hash.Of(name),
            Commands = commands,
        };
        statement.Add(StatementHolder.Client);
        statement.IsKept = true;
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_byHash, statement.Hash, out _);
        statement.NextWithSameHash = first;
        first = statement;
        _count++;
        _bytes += statement.Bytes;
        return statement;
    }

    private bool HasRoom(int bytes)
    {
        while (_unused.Count > 0 && (_count >= CountLimit || _bytes + bytes > BytesLimit))
        {
            DropUnused(_unused.First!.Value);
        }

        return _count < CountLimit && _bytes + bytes <= BytesLimit;
    }

    private void DropUnused(Statement statement)
    {
        _unused.Remove(statement.UnusedNode);
        _unusedBytes -= statement.Bytes;
        _count--;
        _bytes -= statement.Bytes;
        statement.IsKept = false;
        Unlink(statement);
        statement.Commands?.Release();
    }

    private void Unlink(Statement statement)
    {
        ref var first = ref CollectionsMarshal.GetValueRefOrNullRef(_byHash, statement.Hash);
        if (ReferenceEquals(first, statement))
        {
            if (statement.NextWithSameHash is { } next)
            {
                first = next;
            }
            else
            {
                _byHash.Remove(statement.Hash);
            }

            return;
        }

        var previous = first;
        while (!ReferenceEquals(previous.NextWithSameHash, statement))
        {
            previous = previous.NextWithSameHash!;
        }

        previous.NextWithSameHash = statement.NextWithSameHash;
    }
}
