using Pgmux.Core.Statements.Sql;

namespace Pgmux.Core.Statements;

/// <summary>One command on a prepared statement in a text.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Name">The client's name, as PostgreSQL stores it; empty for the commands on all statements.</param>
/// <param name="Statement">What the name stands for, or will stand for; null for the commands on all statements.</param>
internal readonly record struct StatementCommandStep(StatementCommandKind Kind, byte[] Name, Statement? Statement);
