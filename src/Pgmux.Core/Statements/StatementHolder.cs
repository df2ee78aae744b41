namespace Pgmux.Core.Statements;

/// <summary>Who holds a reference to a statement.</summary>
internal enum StatementHolder : byte
{
    /// <summary>A name of a client.</summary>
    Client,

    /// <summary>A server that has parsed it or is about to.</summary>
    Server,
}
