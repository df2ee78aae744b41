using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using Pgmux.Core.Admin;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Admin;

/// <summary>A console session whose answers are read as short texts, such as <c>E(08P01 admin access needed)</c> or <c>Z(I)</c>.</summary>
internal sealed class ConsoleRig
{
    private readonly ConsoleSession _session;
    private readonly ArrayBufferWriter<byte> _output = new();

    public ConsoleRig(ConsoleRights rights = ConsoleRights.Administer)
        => _session = new ConsoleSession(Source, Waiter, rights, NullLogger.Instance, "C-0x1: pgbouncer/me@unix:6432 ");

    public FakeConsoleSource Source { get; } = new();

    public FakeWaiter Waiter { get; } = new();

    /// <summary>What became of the connection with the last message.</summary>
    public ConsoleOutcome Outcome { get; private set; }

    public Task<string[]> QueryAsync(string text) => SendAsync(output => FrontendMessages.WriteQuery(output, text));

    /// <summary>Parse, Bind, Describe, Execute and Sync with the unnamed statement and portal.</summary>
    public Task<string[]> ExtendedAsync(string text, params short[] formats) => SendAsync(output =>
    {
        FrontendMessages.WriteParse(output, "", text, []);
        FrontendMessages.WriteBind(output, "", "", [], [], formats);
        FrontendMessages.WriteDescribe(output, StatementOrPortal.Portal, "");
        FrontendMessages.WriteExecute(output, "");
        FrontendMessages.WriteSync(output);
    });

    public async Task<string[]> SendAsync(Action<IBufferWriter<byte>> write)
    {
        var input = new ArrayBufferWriter<byte>();
        write(input);
        return await SendBytesAsync(input.WrittenMemory);
    }

    /// <summary>Sends whole messages.</summary>
    public async Task<string[]> SendBytesAsync(ReadOnlyMemory<byte> input)
    {
        _output.ResetWrittenCount();
        while (!input.IsEmpty)
        {
            Assert.That(FrameReader.TryPeek(input.Span, int.MaxValue, out var type, out var length), Is.True);
            Outcome = await _session.HandleAsync(type, input.Slice(FrameReader.HeaderBytes, length), _output);
            input = input[(FrameReader.HeaderBytes + length)..];
        }

        return BackendTrace.Of(_output.WrittenSpan);
    }

    public string[] RefuseTooLong(FrontendMessageType type)
    {
        _output.ResetWrittenCount();
        _session.RefuseTooLong((byte)type, _output);
        return BackendTrace.Of(_output.WrittenSpan);
    }
}
