namespace Pgmux.Testing.Chaos.Load;

/// <summary>What a client knows of a transfer.</summary>
internal enum TransferFate
{
    /// <summary>Sent, or about to be; the connection was lost before the answer.</summary>
    Unknown,

    /// <summary>Its transaction's end was confirmed: it must stand in the table.</summary>
    Acknowledged,

    /// <summary>Its transaction was rolled back, or failed with an error: it must not stand in the table.</summary>
    Refused,
}
