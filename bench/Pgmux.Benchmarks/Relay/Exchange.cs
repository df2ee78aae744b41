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

    private static byte[] Write(Action<IBufferWriter<byte>> messages)
    {
        var output = new ArrayBufferWriter<byte>();
        messages(output);
        return output.WrittenSpan.ToArray();
    }
}
