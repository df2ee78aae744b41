namespace Pgmux.Transport.Pipes;

/// <summary>What an attempt to move bytes has moved.</summary>
internal readonly record struct TransferResult(TransferStatus Status, int Bytes)
{
    public static readonly TransferResult Started = new(TransferStatus.Started, 0);
    public static readonly TransferResult WouldBlock = new(TransferStatus.WouldBlock, 0);
    public static readonly TransferResult EndOfStream = new(TransferStatus.EndOfStream, 0);
    public static readonly TransferResult Broken = new(TransferStatus.Broken, 0);

    public static TransferResult Done(int bytes) => new(TransferStatus.Done, bytes);
}
