using System.Buffers;
using Pgmux.Protocol;

namespace Pgmux.Benchmarks.Relay;

/// <summary>
/// The extended query protocol of a canned server: it keeps statements under the names that come, whoever chose them, and allocates only
/// for a name that it has not seen before.
/// </summary>
internal sealed class CannedStatements
{
    private static readonly byte[] ParseComplete = Exchange.Write(BackendMessages.WriteParseComplete);
    private static readonly byte[] BindComplete = Exchange.Write(BackendMessages.WriteBindComplete);
    private static readonly byte[] CloseComplete = Exchange.Write(BackendMessages.WriteCloseComplete);
    private static readonly byte[] Ready = Exchange.Write(output => BackendMessages.WriteReadyForQuery(output, TransactionStatus.Idle));

    private readonly List<(byte[] Name, CannedStatement? Statement)> _names = [];
    private CannedStatement? _portal;

    /// <summary>Answers a message.</summary>
    public void Answer(FrontendMessageType type, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var reader = new PayloadReader(body);
        switch (type)
        {
            case FrontendMessageType.Parse:
                var parse = Parse.Read(ref reader);
                Set(parse.Name, Known(parse.Query));
                output.Write(ParseComplete);
                break;
            case FrontendMessageType.Bind:
                BeginBind(body);
                EndBind(output);
                break;
            case FrontendMessageType.Describe:
                output.Write(Portal.RowDescription);
                break;
            case FrontendMessageType.Execute:
                output.Write(Portal.Result);
                break;
            case FrontendMessageType.Close:
                Set(Close.Read(ref reader).Name, null);
                output.Write(CloseComplete);
                break;
            case FrontendMessageType.Sync:
                _portal = null;
                output.Write(Ready);
                break;
            default:
                throw new InvalidOperationException($"no answer to {type} is known");
        }
    }

    /// <summary>Takes a Bind of which only the beginning has come.</summary>
    public void BeginBind(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        _portal = Find(Bind.Read(ref reader).Statement);
    }

    /// <summary>The Bind has come to its end.</summary>
    public static void EndBind(IBufferWriter<byte> output) => output.Write(BindComplete);

    private CannedStatement Portal => _portal ?? throw new InvalidOperationException("no statement is bound");

    private static CannedStatement Known(ReadOnlySpan<byte> query)
    {
        foreach (var statement in Exchanges.Statements)
        {
            if (query.SequenceEqual(statement.Query))
            {
                return statement;
            }
        }

        throw new InvalidOperationException("an unknown statement is parsed");
    }

    private CannedStatement Find(ReadOnlySpan<byte> name)
    {
        var index = IndexOf(name);
        return (index < 0 ? null : _names[index].Statement) ?? throw new InvalidOperationException("a statement is bound that was not parsed");
    }

    private void Set(ReadOnlySpan<byte> name, CannedStatement? statement)
    {
        var index = IndexOf(name);
        if (index < 0)
        {
            _names.Add((name.ToArray(), statement));
            return;
        }

        // Only the unnamed statement may be replaced.
        if (!name.IsEmpty && statement is not null && _names[index].Statement is not null)
        {
            throw new InvalidOperationException("a name is parsed that exists");
        }

        _names[index] = (_names[index].Name, statement);
    }

    private int IndexOf(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _names.Count; i++)
        {
            if (name.SequenceEqual(_names[i].Name))
            {
                return i;
            }
        }

        return -1;
    }
}
