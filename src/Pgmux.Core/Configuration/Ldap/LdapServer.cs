namespace Pgmux.Core.Configuration.Ldap;

/// <summary>A server of the directory.</summary>
/// <param name="Host">Name or address, without brackets.</param>
/// <param name="Port">TCP port.</param>
internal readonly record struct LdapServer(string Host, int Port)
{
    /// <summary>As the log names it.</summary>
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
