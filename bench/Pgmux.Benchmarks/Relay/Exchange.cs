using System.Buffers;

namespace Pgmux.Benchmarks.Relay;

/// <summary>What a client sends up to where it waits, and what the server answers.</summary>
internal sealed class Exchange
{
    /// <summary>What either end hands over at once of something long: as much as a link holds.</summary>
    public const int PieceBytes = 64 * 1024;

    public Exchange(Action<IBufferWriter<byte>> request, Action<IBufferWriter<byte>> reply)
    {
        Request = Write(request);
        Reply = Write(reply);
    }

    private Exchange(byte[] request, byte[] reply)
    {
        Request = request;
        Reply = reply;
    }

    public byte[] Request { get; }

    public byte[] Reply { get; }

    /// <summary>A pipeline: all requests before the first reply is waited for.</summary>
    public static Exchange Pipeline(IReadOnlyList<Exchange> exchanges) => new(
        [.. exchanges.SelectMany(exchange => exchange.Request)], [.. exchanges.SelectMany(exchange => exchange.Reply)]);

    /// <summary>Fails unless that many bytes are the replies to all of these.</summary>
    public static void Expect(int received, params Exchange[] exchanges)
    {
        if (received != exchanges.Sum(exchange => exchange.Reply.Length))
        {
            throw new InvalidOperationException($"{received} bytes of replies came");
        }
    }

    public static byte[] Write(Action<IBufferWriter<byte>> messages)
    {
        var output = new ArrayBufferWriter<byte>();
        messages(output);
        return output.WrittenSpan.ToArray();
    }
}
