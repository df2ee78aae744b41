namespace Pgmux.Core.Authentication.Ldap;

/// <summary>A server of the directory cannot be asked: it is not there, is not trusted, or does not speak LDAP. The next one may do.</summary>
internal sealed class LdapException(string message) : Exception(message);
