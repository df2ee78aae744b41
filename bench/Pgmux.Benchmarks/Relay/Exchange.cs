using System.Buffers;

namespace Pgmux.Benchmarks.Relay;

/// <summary>What a client sends up to where it waits, and what the server answers.</summary>
internal sealed class Exchange
{
    public Exchange(Action<IBufferWriter<byte>> request, Action<IBufferWriter<byte>> reply)
    {
        Request = Write(request);
        Reply = Write(reply);
    }

    public byte[] Request { get; }

    public byte[] Reply { get; }

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
