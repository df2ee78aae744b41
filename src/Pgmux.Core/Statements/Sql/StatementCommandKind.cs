namespace Pgmux.Core.Statements.Sql;

/// <summary>The commands by which SQL text makes, uses and drops prepared statements.</summary>
internal enum StatementCommandKind
{
    /// <summary>PREPARE name [(types)] AS ...</summary>
    Prepare,

    /// <summary>EXECUTE name[(...)], by itself, explained, or as what a table is created from.</summary>
    Execute,

    /// <summary>DEALLOCATE [PREPARE] name.</summary>
    Deallocate,

    /// <summary>DEALLOCATE [PREPARE] ALL.</summary>
    DeallocateAll,

    /// <summary>DISCARD ALL.</summary>
    DiscardAll,
}
