namespace Pgmux.Core.Configuration.Ldap;

/// <summary>
/// Takes a ldapurl apart, <c>ldap[s]://host[:port]/basedn[?[attribute][?[scope][?[filter]]]]</c> (RFC 4516), into the options that say the
/// same one by one.
/// </summary>
internal static class LdapUrl
{
    /// <summary>Stands for the scope among the options: it can be given in a URL only.</summary>
    public const string ScopeName = "scope";

    private const string Separator = "://";
    private const int MostParts = 4;

    /// <summary>The options; null when <paramref name="problem"/> says what is wrong.</summary>
    public static IReadOnlyList<(string Name, string Value)>? Split(string url, out string problem)
    {
        problem = "";
        var end = url.IndexOf(Separator, StringComparison.Ordinal);
        var scheme = end < 0 ? "" : url[..end].ToLowerInvariant();
        if (scheme is not (LdapOptionNames.Ldap or LdapOptionNames.Ldaps))
        {
            problem = "ldapurl must begin with ldap:// or ldaps://";
            return null;
        }

        var rest = url[(end + Separator.Length)..];
        var slash = rest.IndexOf('/');
        var parts = (slash < 0 ? "" : rest[(slash + 1)..]).Split('?');
        if (parts.Skip(MostParts).Any(part => part.Length > 0))
        {
            problem = "ldapurl has extensions behind its filter, which are not supported";
            return null;
        }

        List<(string Name, string Value)> found = [(LdapOptionNames.Scheme, scheme)];
        AddHost(slash < 0 ? rest : rest[..slash], found);
        string[] names = [LdapOptionNames.BaseDn, LdapOptionNames.SearchAttribute, ScopeName, LdapOptionNames.SearchFilter];
        foreach (var (name, part) in names.Zip(parts))
        {
            // Of several attributes the first counts, as in PostgreSQL.
            var value = Uri.UnescapeDataString(name == LdapOptionNames.SearchAttribute ? part.Split(',')[0] : part);
            if (value.Length > 0)
            {
                found.Add((name, value));
            }
        }

        if (found.Any(option => option.Name == LdapOptionNames.BaseDn) && !found.Any(option => option.Name == ScopeName))
        {
            found.Add((ScopeName, "base"));
        }

        return found;
    }

    private static void AddHost(string text, List<(string Name, string Value)> found)
    {
        var colon = text.LastIndexOf(':');
        var hasPort = colon > text.LastIndexOf(']');
        var host = Uri.UnescapeDataString(hasPort ? text[..colon] : text);
        if (host.Length > 0)
        {
            found.Add((LdapOptionNames.Server, host));
        }

        if (hasPort)
        {
            found.Add((LdapOptionNames.Port, text[(colon + 1)..]));
        }
    }
}
