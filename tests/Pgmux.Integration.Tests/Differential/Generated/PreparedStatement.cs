namespace Pgmux.Integration.Tests.Differential.Generated;

/// <summary>What a name of a generated client stands for.</summary>
/// <param name="Name">The name, "" for the unnamed statement.</param>
/// <param name="Kind">The statement.</param>
internal sealed record PreparedStatement(string Name, StatementKind Kind);
