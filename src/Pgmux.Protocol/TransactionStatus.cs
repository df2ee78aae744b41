namespace Pgmux.Protocol;

/// <summary>What ReadyForQuery says of the server's transaction.</summary>
public enum TransactionStatus : byte
{
    /// <summary>Not in a transaction block.</summary>
    Idle = (byte)'I',

    /// <summary>In a transaction block.</summary>
    InTransaction = (byte)'T',

    /// <summary>In a failed transaction block; statements are refused until it ends.</summary>
    Failed = (byte)'E',
}
