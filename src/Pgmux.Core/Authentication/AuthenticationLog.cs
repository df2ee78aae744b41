using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics;

namespace Pgmux.Core.Authentication;

/// <summary>Events of authentication.</summary>
internal static partial class AuthenticationLog
{
    [LoggerMessage(EventIds.LdapFault, LogLevel.Error, "internal error while an LDAP server was asked")]
    public static partial void LdapFault(ILogger logger, Exception failure);
}
