namespace Pgmux.Core.Configuration;

/// <summary>Where the secrets of users are asked for that auth_file does not have.</summary>
/// <param name="User">Who asks. auth_user.</param>
/// <param name="Query">What is asked. auth_query.</param>
/// <param name="Database">The entry of [databases] that leads to the server that is asked. auth_dbname.</param>
/// <param name="Location">Where the query stands in the configuration, for whoever has to correct it.</param>
internal sealed record AuthQuerySource(string User, string Query, string Database, SourceLocation Location);
