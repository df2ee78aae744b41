using Pgmux.Core.Statements;

namespace Pgmux.Core.Clients;

/// <summary>A text as a server gets it, and what its commands on prepared statements do.</summary>
/// <param name="Sql">The text without a zero, with server-side names.</param>
/// <param name="Commands">What to do when the server has done it.</param>
internal sealed record RewrittenText(byte[] Sql, StatementCommands Commands);
