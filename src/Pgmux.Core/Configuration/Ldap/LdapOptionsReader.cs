using System.Globalization;
using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Configuration.Ldap;

/// <summary>
/// Reads options of the method ldap, each written as name=value. What it says of a mistake never holds a value, nor a word that could be
/// a piece of one: passwords stand among them.
/// </summary>
internal sealed class LdapOptionsReader
{
    /// <summary>More servers than a directory has, and a login would wait for each.</summary>
    public const int MostServers = 8;

    private readonly Dictionary<string, string> _values = [];
    private string _problem = "";

    private LdapOptionsReader()
    {
    }

    /// <summary>Reads the text of auth_ldap_options, in which a # is a letter like others.</summary>
    public static LdapOptions? Read(string text, out string problem)
    {
        var fields = new List<HbaField>();
        return HbaLexer.TrySplit(text, fields, out problem, hasComments: false)
            ? Read(fields.SelectMany(field => field.Tokens).Select(token => token.Text), out problem)
            : null;
    }

    /// <summary>Reads options; null when <paramref name="problem"/> says what is wrong.</summary>
    public static LdapOptions? Read(IEnumerable<string> options, out string problem)
    {
        var reader = new LdapOptionsReader();
        var number = 0;
        var result = options.All(option => reader.TryTake(option, ++number)) ? reader.Build() : null;
        problem = reader._problem;
        return result;
    }

    private bool TryTake(string option, int number)
    {
        var equals = option.IndexOf('=');
        var name = equals < 0 ? option : option[..equals];
        if (equals < 0 || !LdapOptionNames.All.Contains(name))
        {
            var isShown = equals >= 0 && name.StartsWith(LdapOptionNames.Beginning, StringComparison.Ordinal);
            return Fail(
                $"LDAP option {number}{(isShown ? $" \"{name}\"" : "")} is no name=value with one of the names {string.Join(", ", LdapOptionNames.All)}; "
                + $"a value with blanks or commas in it stands in double quotes{(isShown ? NearestName.Hint(name, LdapOptionNames.All) : "")}");
        }

        var value = option[(equals + 1)..];
        if (value.Length == 0 && name is not (LdapOptionNames.Prefix or LdapOptionNames.Suffix))
        {
            return Fail($"{name} has no value");
        }

        return name == LdapOptionNames.Url
            ? LdapUrl.Split(value, out _problem) is { } parts && parts.All(part => TryAdd(part.Name, part.Value))
            : TryAdd(name, value);
    }

    private bool TryAdd(string name, string value) =>
        _values.TryAdd(name, value) || Fail($"{name} is given twice, be it by ldapurl");

    private LdapOptions? Build()
    {
        var isSimple = Has(LdapOptionNames.Prefix) || Has(LdapOptionNames.Suffix);
        if (isSimple && LdapOptionNames.Searching.FirstOrDefault(Has) is { } searching)
        {
            return Refuse($"ldapprefix and ldapsuffix make a name to log in with, {searching} is for a search; only one of the two can be done");
        }

        if (!isSimple && !Has(LdapOptionNames.BaseDn))
        {
            return Refuse("ldapbasedn, ldapprefix or ldapsuffix must be given");
        }

        if (Has(LdapOptionNames.SearchAttribute) && Has(LdapOptionNames.SearchFilter))
        {
            return Refuse("ldapsearchattribute and ldapsearchfilter cannot both be given");
        }

        if (Has(LdapOptionNames.BindDn) != Has(LdapOptionNames.BindPassword))
        {
            // Without a password a server takes the name for nobody's, and says that all is well (RFC 4513, 5.1.2).
            return Refuse("ldapbinddn and ldapbindpasswd go together");
        }

        var isEncrypted = Get(LdapOptionNames.Scheme, LdapOptionNames.Ldap) == LdapOptionNames.Ldaps;
        if (Get(LdapOptionNames.Scheme, LdapOptionNames.Ldap) is not (LdapOptionNames.Ldap or LdapOptionNames.Ldaps))
        {
            return Refuse("ldapscheme must be ldap or ldaps");
        }

        var tls = Get(LdapOptionNames.Tls, "0");
        if (tls is not ("0" or "1"))
        {
            return Refuse("ldaptls must be 0 or 1");
        }

        if (isEncrypted && tls == "1")
        {
            return Refuse("ldaptls=1 is for ldapscheme=ldap: with ldaps the connection begins with TLS");
        }

        if (ReadFilter() is not { } filter || ReadServers(isEncrypted) is not { } servers || ReadScope() is not { } scope)
        {
            return null;
        }

        return new LdapOptions
        {
            Servers = servers,
            IsEncrypted = isEncrypted,
            UsesStartTls = tls == "1",
            Prefix = Get(LdapOptionNames.Prefix, ""),
            Suffix = Get(LdapOptionNames.Suffix, ""),
            BaseDn = _values.GetValueOrDefault(LdapOptionNames.BaseDn),
            BindDn = Get(LdapOptionNames.BindDn, ""),
            BindPassword = Get(LdapOptionNames.BindPassword, ""),
            Filter = filter,
            Scope = scope,
        };
    }

    private LdapServer[]? ReadServers(bool isEncrypted)
    {
        var port = isEncrypted ? LdapOptions.DefaultTlsPort : LdapOptions.DefaultPort;
        if (_values.TryGetValue(LdapOptionNames.Port, out var text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > ushort.MaxValue))
        {
            Fail("ldapport must be a port from 1 to 65535");
            return null;
        }

        var hosts = Get(LdapOptionNames.Server, "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (hosts.Length is 0 or > MostServers)
        {
            Fail(hosts.Length == 0
                ? "ldapserver must be given: servers are not looked up in the DNS"
                : $"ldapserver names more than {MostServers} servers");
            return null;
        }

        var servers = hosts.Select(host => new LdapServer(host.Trim('[', ']'), port)).ToArray();
        if (servers.Any(server => Uri.CheckHostName(server.Host) == UriHostNameType.Unknown))
        {
            Fail("ldapserver must be a host name or an address, or several with blanks between them; the port is ldapport's");
            return null;
        }

        return servers;
    }

    private string? ReadFilter()
    {
        var attribute = Get(LdapOptionNames.SearchAttribute, LdapOptions.DefaultSearchAttribute);
        if (!attribute.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or ';'))
        {
            Fail("ldapsearchattribute must be the name of an attribute");
            return null;
        }

        var filter = Get(LdapOptionNames.SearchFilter, $"({attribute}={LdapFilter.UserMark})");
        if (LdapFilter.Encode(LdapFilter.For(filter, "user"), out var wrong) is null)
        {
            Fail($"ldapsearchfilter {wrong}");
            return null;
        }

        return filter;
    }

    private LdapScope? ReadScope()
    {
        switch (Get(LdapUrl.ScopeName, "sub").ToLowerInvariant())
        {
            case "base":
                return LdapScope.Base;
            case "one":
                return LdapScope.One;
            case "sub":
                return LdapScope.Subtree;
            default:
                Fail("the scope in ldapurl must be base, one or sub");
                return null;
        }
    }

    private bool Has(string name) => _values.ContainsKey(name);

    private string Get(string name, string otherwise) => _values.GetValueOrDefault(name, otherwise);

    private LdapOptions? Refuse(string problem)
    {
        Fail(problem);
        return null;
    }

    private bool Fail(string problem)
    {
        _problem = problem;
        return false;
    }
}
