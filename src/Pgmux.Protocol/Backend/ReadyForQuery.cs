namespace Pgmux.Protocol;

/// <summary>ReadyForQuery (backend): ends a query cycle and tells the transaction status.</summary>
/// <param name="Status">The server's transaction.</param>
public readonly record struct ReadyForQuery(TransactionStatus Status)
{
    /// <summary>Reads the message.</summary>
    /// <exception cref="ProtocolViolationException">The body is not one known status byte.</exception>
    public static ReadyForQuery Read(ref PayloadReader body)
    {
        var status = (TransactionStatus)body.ReadByte();
        body.ExpectEnd();
        return status is TransactionStatus.Idle or TransactionStatus.InTransaction or TransactionStatus.Failed
            ? new ReadyForQuery(status)
            : throw ProtocolViolationException.UnknownTransactionStatus((byte)status);
    }
}
