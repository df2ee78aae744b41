using BenchmarkDotNet.Attributes;
using Pgmux.Benchmarks.Throughput;
using Pgmux.Protocol;

namespace Pgmux.Benchmarks.Framing;

/// <summary>What it costs to find the messages in received bytes; figures are per message, of the long message per piece of it.</summary>
[MemoryDiagnoser]
[ThroughputColumn]
public class FrameReaderBenchmarks
{
    private const int Messages = 1000;

    // About a CommandComplete or a Bind without parameters: what a short query's reply is made of.
    private const int ShortMessageBytes = 20;

    private const int RowMessageBytes = 1024;

    // A receive rarely ends where a message does: an odd size cuts rows of 1 KB at ever different places, headers included.
    private const int PieceBytes = 4001;

    // What a loop receives at once of a connection that streams.
    private const int LargePieceBytes = 64 * 1024;

    private const int LongMessagePieces = 256;

    private const int MaximumLength = int.MaxValue;

    private byte[] _shortMessages = [];
    private byte[] _rows = [];
    private byte[] _longMessage = [];

    [GlobalSetup]
    public void BuildStreamsAndCheck()
    {
        _shortMessages = MessageStream.Build(BackendMessageType.CommandComplete, ShortMessageBytes, Messages);
        _rows = MessageStream.Build(BackendMessageType.DataRow, RowMessageBytes, Messages);
        _longMessage = MessageStream.Build(BackendMessageType.DataRow, LargePieceBytes * LongMessagePieces, count: 1);
        Expect(Messages, Short_messages());
        Expect(Messages, Rows_of_1_KB());
        Expect(Messages, Rows_in_received_pieces());
        Expect(1, Message_of_16_MB_in_received_pieces());
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    [BytesPerOperation(ShortMessageBytes)]
    public int Short_messages() => Walk(_shortMessages, _shortMessages.Length);

    [Benchmark(OperationsPerInvoke = Messages)]
    [BytesPerOperation(RowMessageBytes)]
    public int Rows_of_1_KB() => Walk(_rows, _rows.Length);

    [Benchmark(OperationsPerInvoke = Messages)]
    [BytesPerOperation(RowMessageBytes)]
    public int Rows_in_received_pieces() => Walk(_rows, PieceBytes);

    [Benchmark(OperationsPerInvoke = LongMessagePieces)]
    [BytesPerOperation(LargePieceBytes)]
    public int Message_of_16_MB_in_received_pieces() => Walk(_longMessage, LargePieceBytes);

    /// <summary>Reads <paramref name="stream"/> as it would arrive in pieces; answers how many messages ended.</summary>
    private static int Walk(ReadOnlySpan<byte> stream, int pieceBytes)
    {
        var reader = new FrameReader();
        var ended = 0;
        var taken = 0;
        for (var arrived = 0; arrived < stream.Length;)
        {
            arrived = Math.Min(arrived + pieceBytes, stream.Length);
            while (reader.Read(stream[taken..arrived], MaximumLength, out var frame) != FrameStatus.NeedMore)
            {
                taken += frame.Bytes.Length;
                ended += frame.IsComplete ? 1 : 0;
            }
        }

        return taken == stream.Length ? ended : throw new InvalidOperationException($"{stream.Length - taken} bytes were not taken");
    }

    private static void Expect(int messages, int ended)
    {
        if (ended != messages)
        {
            throw new InvalidOperationException($"found {ended} of {messages} messages");
        }
    }
}
