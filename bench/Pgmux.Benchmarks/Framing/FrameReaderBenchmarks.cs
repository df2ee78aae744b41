using BenchmarkDotNet.Attributes;
using Pgmux.Protocol;

namespace Pgmux.Benchmarks.Framing;

/// <summary>What it costs to find the messages in received bytes; figures are per message.</summary>
[MemoryDiagnoser]
public class FrameReaderBenchmarks
{
    private const int Messages = 1000;

    // About a CommandComplete or a Bind without parameters: what a short query's reply is made of.
    private const int ShortMessageBytes = 20;

    private const int RowMessageBytes = 1024;

    // A receive rarely ends where a message does: an odd size cuts rows of 1 KB at ever different places, headers included.
    private const int PieceBytes = 4001;

    private const int MaximumLength = int.MaxValue;

    private byte[] _shortMessages = [];
    private byte[] _rows = [];

    [GlobalSetup]
    public void BuildStreamsAndCheck()
    {
        _shortMessages = MessageStream.Build(BackendMessageType.CommandComplete, ShortMessageBytes, Messages);
        _rows = MessageStream.Build(BackendMessageType.DataRow, RowMessageBytes, Messages);
        ExpectAllMessages(Short_messages());
        ExpectAllMessages(Rows_of_1_KB());
        ExpectAllMessages(Rows_in_received_pieces());
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public int Short_messages() => Walk(_shortMessages, _shortMessages.Length);

    [Benchmark(OperationsPerInvoke = Messages)]
    public int Rows_of_1_KB() => Walk(_rows, _rows.Length);

    [Benchmark(OperationsPerInvoke = Messages)]
    public int Rows_in_received_pieces() => Walk(_rows, PieceBytes);

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

    private static void ExpectAllMessages(int ended)
    {
        if (ended != Messages)
        {
            throw new InvalidOperationException($"found {ended} of {Messages} messages");
        }
    }
}
