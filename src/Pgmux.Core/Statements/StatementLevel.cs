namespace Pgmux.Core.Statements;

/// <summary>How a statement is made on a server.</summary>
internal enum StatementLevel : byte
{
    /// <summary>By a Parse message.</summary>
    Protocol,

    /// <summary>By PREPARE, because only the server knows the types that it names.</summary>
    Sql,
}
