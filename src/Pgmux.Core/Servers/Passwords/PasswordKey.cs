namespace Pgmux.Core.Servers.Passwords;

/// <summary>By what printed passwords are told apart.</summary>
/// <param name="Database">The entry of [databases].</param>
/// <param name="User">Who logs in.</param>
/// <param name="Command">The program and its arguments.</param>
internal sealed record PasswordKey(string Database, string User, string Command);
