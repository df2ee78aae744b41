namespace Pgmux.Core.Clients;

/// <summary>How far a client whose wait was cancelled has its requests dropped.</summary>
internal enum RequestSkip : byte
{
    /// <summary>Nothing is dropped.</summary>
    None,

    /// <summary>The next message decides.</summary>
    Begin,

    /// <summary>One Query or FunctionCall, which answers for itself.</summary>
    One,

    /// <summary>Everything up to and with the next Sync, as PostgreSQL does after an error in an extended query.</summary>
    ToSync,
}
