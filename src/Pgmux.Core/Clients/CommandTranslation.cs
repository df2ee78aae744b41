using System.Buffers;
using Pgmux.Core.Statements;
using Pgmux.Core.Statements.Sql;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>
/// Puts server-side names into one text that holds PREPARE, EXECUTE or DEALLOCATE, and notes what it does to the client's names, command by
/// command: later ones of a text see what earlier ones do. Names that stand for nothing stay, so that the server's error is the right one.
/// </summary>
internal sealed class CommandTranslation(StatementRegistry registry, ClientStatements client, int limit)
{
    private readonly ArrayBufferWriter<byte> _sql = new();
    private readonly List<StatementCommandStep> _steps = [];
    private readonly List<Statement> _required = [];
    private readonly List<Statement> _taken = [];
    private readonly List<StatementCommandStep> _resolved = [];
    private readonly List<ReplacedName> _replaced = [];
    private readonly Dictionary<string, Statement?> _changed = new(StringComparer.Ordinal);
    private bool _hasDroppedAll;

    /// <summary>Translates a text; null when a statement that it makes is refused.</summary>
    /// <param name="source">The text; of a Parse all that stands behind the name.</param>
    /// <param name="dialect">How it is to be read.</param>
    /// <param name="isQuery">Whether it is a simple query.</param>
    /// <param name="refusal">Why it is refused.</param>
    public RewrittenText? Translate(ReadOnlySpan<byte> source, SqlDialect dialect, bool isQuery, out ErrorFields? refusal)
    {
        refusal = null;
        var sql = isQuery ? source : source[..source.IndexOf((byte)0)];
        var copied = 0;
        Span<byte> folded = stackalloc byte[SqlIdentifier.MaximumBytes];
        var reader = new StatementCommandReader(sql, dialect);
        while (reader.MoveNext(out var command))
        {
            if (command.Kind is StatementCommandKind.DeallocateAll or StatementCommandKind.DiscardAll)
            {
                _steps.Add(new StatementCommandStep(command.Kind, [], null));
                _changed.Clear();
                _hasDroppedAll = true;
                continue;
            }

            var token = sql.Slice(command.NameStart, command.NameLength);
            var length = SqlIdentifier.Fold(token, folded, dialect);
            if (length == SqlIdentifier.NotAName)
            {
                continue;
            }

            var name = folded[..length].ToArray();
            _sql.Write(sql[copied..command.NameStart]);
            copied = command.NameStart + command.NameLength;
            _resolved.Add(new StatementCommandStep(command.Kind, name, client.Find(name)?.Binding.View));
            refusal = TryTranslate(command, name, sql.Slice(command.DefinitionStart, command.DefinitionLength), out var serverName);
            if (refusal is not null)
            {
                new StatementCommands(client, _steps, _required).Release();
                return null;
            }

            Write(serverName, token);
        }

        _sql.Write(sql[copied..]);
        return new RewrittenText(_sql.WrittenSpan.ToArray(), new StatementCommands(client, _steps, _required)
        {
            IsQuery = isQuery,
            Replaced = _replaced,
            Resolved = _resolved,
            Taken = _taken,
            Source = isQuery ? [] : source.ToArray(),
            IsSingle = reader.StatementCount == 1,

            // The arguments of EXECUTE stand in parentheses of their own.
            HasNoCalls = sql.Count((byte)'(') <= 1,
        });
    }

    // In quotes: the name may touch the words around it, as a quoted one may.
    private void Write(byte[]? serverName, ReadOnlySpan<byte> token)
    {
        if (serverName is null)
        {
            _sql.Write(token);
            return;
        }

        var quotedLength = serverName.Length + 2;
        _replaced.Add(new ReplacedName(CharactersIn(_sql.WrittenSpan), quotedLength - CharactersIn(token)));
        _sql.Write("\""u8);
        _sql.Write(serverName);
        _sql.Write("\""u8);
    }

    // As PostgreSQL counts the position of an error. Other multi-byte encodings than UTF-8 count a little differently.
    private static int CharactersIn(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var b in text)
        {
            count += (b & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }

    private ErrorFields? TryTranslate(in StatementCommand command, byte[] name, ReadOnlySpan<byte> definition, out byte[]? serverName)
    {
        var statement = ViewOf(name);

        // pgmux's own names are not to be had.
        serverName = name.AsSpan().StartsWith(registry.Names.Prefix) ? registry.Names.Nobody : null;
        switch (command.Kind)
        {
            case StatementCommandKind.Prepare when statement is null:
                if (client.MostCount + NamesMade >= limit && client.Count + NamesMade >= limit)
                {
                    return ClientErrors.TooManyStatements(limit);
                }

                statement = MakeNew(definition);
                if (statement is null)
                {
                    return ClientErrors.NoRoomForStatement;
                }

                Change(command.Kind, name, statement);
                break;
            case StatementCommandKind.Prepare when Require(statement!):
                _taken.Add(statement!);
                break;
            case StatementCommandKind.Execute when statement is not null:
                Require(statement);
                break;
            case StatementCommandKind.Deallocate when statement is not null:
                // The server's copy may serve others, and other names of this client: something else goes in its place.
                statement = registry.CreateUnshared(StatementLevel.Sql, " AS SELECT"u8, commands: null);
                if (statement is null)
                {
                    return ClientErrors.NoRoomForStatement;
                }

                Require(statement);
                Change(command.Kind, name, statement);
                _changed[KeyOf(name)] = null;
                break;
        }

        serverName = statement?.ServerName ?? serverName;
        return null;
    }

    private int NamesMade => _steps.Sum(step => step.Kind switch
    {
        StatementCommandKind.Prepare => 1,
        StatementCommandKind.Deallocate => -1,
        _ => 0,
    });

    // What the text does to a name; holds the statement that it was given with.
    private void Change(StatementCommandKind kind, byte[] name, Statement statement)
    {
        _changed[KeyOf(name)] = statement;
        _steps.Add(new StatementCommandStep(kind, name, statement));
    }

    // The text makes it where it stands, under the server-side name: one that it makes or needs already is not made twice.
    private Statement? MakeNew(ReadOnlySpan<byte> definition)
    {
        var statement = registry.Intern(StatementLevel.Sql, definition);
        if (statement is null || !(_steps.Any(step => step.Statement == statement) || _required.Contains(statement)))
        {
            return statement;
        }

        statement.Release(StatementHolder.Client);
        return registry.CreateUnshared(StatementLevel.Sql, definition, commands: null);
    }

    // Whether it has to be there before the text runs; what the text itself makes has not.
    private bool Require(Statement statement)
    {
        if (_steps.Any(step => step.Kind == StatementCommandKind.Prepare && step.Statement == statement))
        {
            return false;
        }

        if (!_required.Contains(statement))
        {
            statement.Add(StatementHolder.Client);
            _required.Add(statement);
        }

        return true;
    }

    private Statement? ViewOf(byte[] name) => _changed.TryGetValue(KeyOf(name), out var changed) ? changed
        : _hasDroppedAll ? null : client.Find(name)?.Binding.View;

    private static string KeyOf(byte[] name) => System.Text.Encoding.Latin1.GetString(name);
}
