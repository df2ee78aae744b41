using System.Buffers;
using System.Text;
using Pgmux.Protocol;

namespace Pgmux.Benchmarks.Relay;

/// <summary>A statement that the server knows by its text, what it answers, and what a client sends to run it.</summary>
internal sealed class CannedStatement
{
    private readonly string _query;

    /// <param name="value">The only value of its only row: no two statements have the same, so that crossed answers show.</param>
    public CannedStatement(string value)
    {
        _query = $"SELECT {value}";
        Query = Encoding.UTF8.GetBytes(_query);
        RowDescription = Exchange.Write(output => BackendMessages.WriteRowDescription(output, [new ColumnDescription("?column?", TypeOid.Text, TypeSize: -1)]));
        Result = Exchange.Write(output =>
        {
            BackendMessages.WriteDataRow(output, value);
            BackendMessages.WriteCommandComplete(output, "SELECT 1");
        });
    }

    /// <summary>Its text.</summary>
    public byte[] Query { get; }

    /// <summary>The answer to Describe.</summary>
    public byte[] RowDescription { get; }

    /// <summary>The answer to Execute.</summary>
    public byte[] Result { get; }

    /// <summary>Prepares it under a name.</summary>
    public Exchange Prepare(string name) => new(
        output =>
        {
            FrontendMessages.WriteParse(output, name, _query, []);
            FrontendMessages.WriteSync(output);
        },
        output =>
        {
            BackendMessages.WriteParseComplete(output);
            BackendMessages.WriteReadyForQuery(output, TransactionStatus.Idle);
        });

    /// <summary>Runs it under that name.</summary>
    public Exchange Run(string name) => new(output => WriteRun(output, name), WriteAnswer);

    /// <summary>Runs it so many times under that name, all in one extended query.</summary>
    public Exchange RunBatch(string name, int count) => new(
        output =>
        {
            for (var i = 0; i < count; i++)
            {
                FrontendMessages.WriteBind(output, "", name);
                FrontendMessages.WriteExecute(output, "");
            }

            FrontendMessages.WriteSync(output);
        },
        output =>
        {
            for (var i = 0; i < count; i++)
            {
                BackendMessages.WriteBindComplete(output);
                output.Write(Result);
            }

            BackendMessages.WriteReadyForQuery(output, TransactionStatus.Idle);
        });

    /// <summary>Prepares and runs it without a name, with these parameters, which make no difference to its answer.</summary>
    public Exchange RunUnnamed(params byte[]?[] parameters) => new(
        output =>
        {
            FrontendMessages.WriteParse(output, "", _query, []);
            WriteRun(output, "", parameters);
        },
        output =>
        {
            BackendMessages.WriteParseComplete(output);
            WriteAnswer(output);
        });

    private static void WriteRun(IBufferWriter<byte> output, string name, params byte[]?[] parameters)
    {
        FrontendMessages.WriteBind(output, "", name, [], parameters, []);
        FrontendMessages.WriteDescribe(output, StatementOrPortal.Portal, "");
        FrontendMessages.WriteExecute(output, "");
        FrontendMessages.WriteSync(output);
    }

    private void WriteAnswer(IBufferWriter<byte> output)
    {
        BackendMessages.WriteBindComplete(output);
        output.Write(RowDescription);
        output.Write(Result);
        BackendMessages.WriteReadyForQuery(output, TransactionStatus.Idle);
    }
}
