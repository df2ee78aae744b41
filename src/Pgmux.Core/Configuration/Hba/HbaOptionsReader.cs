using Pgmux.Core.Configuration.Ldap;
using Pgmux.Core.Configuration.OAuth;

namespace Pgmux.Core.Configuration.Hba;

/// <summary>
/// Reads the options behind the method: map=, which PgBouncer has, clientcert= and pamservice=, which PostgreSQL has, and those of ldap, jwt and oauth.
/// </summary>
/// <param name="maps">The maps of the ident file.</param>
/// <param name="faults">Where faults go.</param>
/// <param name="warnings">Where goes what is odd.</param>
internal sealed class HbaOptionsReader(IReadOnlyDictionary<string, IdentMap> maps, HbaFaults faults, ICollection<ConfigFault> warnings)
{
    private const string MapOption = "map=";
    private const string CertificateOption = "clientcert=";
    private const string PamServiceOption = "pamservice=";

    private readonly OAuthOptionsReader _tokens = new(faults, warnings);

    /// <summary>The options; null when there is a fault.</summary>
    /// <param name="columns">The line, up to the method taken.</param>
    /// <param name="connection">Kind of connection.</param>
    /// <param name="method">The method.</param>
    /// <param name="methodName">The same as it is written.</param>
    public HbaOptions? Read(HbaColumns columns, HbaConnectionType connection, AuthType method, string methodName)
    {
        var read = method switch
        {
            AuthType.Ldap => ReadLdap(columns),
            AuthType.Jwt or AuthType.OAuth => ReadTokens(columns, methodName),
            _ => ReadWords(columns),
        };
        if (read is not { } options)
        {
            return null;
        }

        if (options.ClientCertificate != HbaClientCertificate.NotAsked && connection != HbaConnectionType.HostTls)
        {
            faults.Add(columns.Location, "clientcert may stand in hostssl lines only");
            return null;
        }

        if (options.ClientCertificate == HbaClientCertificate.VerifyCa && method == AuthType.Cert)
        {
            faults.Add(columns.Location, "with cert, clientcert can only be verify-full, which cert means anyway");
            return null;
        }

        if (options.PamService is not null && method != AuthType.Pam)
        {
            faults.Add(columns.Location, $"pamservice is for pam, not for {methodName}");
            return null;
        }

        if (options.Map is { } map && method is not (AuthType.Peer or AuthType.Cert or AuthType.Jwt))
        {
            warnings.Add(columns.Location.Fault($"map={map.Name} has no effect with {methodName}; it is for peer, cert and jwt"));
        }

        return options;
    }

    private HbaOptions? ReadWords(HbaColumns columns)
    {
        var options = HbaOptions.None;
        while (columns.HasMore)
        {
            if (!columns.TryTakeWord("an option", out var option) || Read(columns, option.Text, options) is not { } more)
            {
                return null;
            }

            options = more;
        }

        return options;
    }

    // Commas may stand between options too, as in PgBouncer. What belongs to no option may be a piece of a password, and is not shown.
    private HbaOptions? ReadLdap(HbaColumns columns)
    {
        var options = HbaOptions.None;
        var ofDirectory = new List<string>();
        while (columns.HasMore && columns.TryTake("an option", out var field))
        {
            foreach (var option in field.Tokens.Select(token => token.Text))
            {
                if (!IsCommon(option))
                {
                    ofDirectory.Add(option);
                }
                else if (Read(columns, option, options) is { } more)
                {
                    options = more;
                }
                else
                {
                    return null;
                }
            }
        }

        if (LdapOptionsReader.Read(ofDirectory, out var problem) is { } ldap)
        {
            return options with { Ldap = ldap };
        }

        faults.Add(columns.Location, problem);
        return null;
    }

    private HbaOptions? ReadTokens(HbaColumns columns, string method)
    {
        var options = HbaOptions.None;
        var ofTokens = new List<string>();
        while (columns.HasMore)
        {
            if (!columns.TryTakeWord("an option", out var word))
            {
                return null;
            }

            if (!IsCommon(word.Text))
            {
                ofTokens.Add(word.Text);
            }
            else if (Read(columns, word.Text, options) is { } more)
            {
                options = more;
            }
            else
            {
                return null;
            }
        }

        return _tokens.Read(ofTokens, method, columns.Location) is { } tokens ? options with { OAuth = tokens } : null;
    }

    private static bool IsCommon(string option) =>
        option.StartsWith(MapOption, StringComparison.Ordinal) || option.StartsWith(CertificateOption, StringComparison.Ordinal);

    private HbaOptions? Read(HbaColumns columns, string option, HbaOptions before)
    {
        if (option.StartsWith(MapOption, StringComparison.Ordinal) && before.Map is null)
        {
            return ReadMap(columns, option[MapOption.Length..], before);
        }

        if (option.StartsWith(CertificateOption, StringComparison.Ordinal) && before.ClientCertificate == HbaClientCertificate.NotAsked)
        {
            return ReadCertificate(columns, option[CertificateOption.Length..], before);
        }

        if (option.StartsWith(PamServiceOption, StringComparison.Ordinal) && before.PamService is null)
        {
            return ReadPamService(columns, option[PamServiceOption.Length..], before);
        }

        // The options of ldap may stand behind another method by mistake, and a password is among them.
        var shown = option.StartsWith(LdapOptionNames.Beginning, StringComparison.Ordinal) ? option.Split('=')[0] : option;
        faults.Add(
            columns.Location,
            $"option \"{shown}\" is not supported; map=NAME, clientcert=verify-ca or verify-full and pamservice=NAME may follow the method, once each");
        return null;
    }

    private HbaOptions? ReadMap(HbaColumns columns, string name, HbaOptions before)
    {
        if (maps.TryGetValue(name, out var map))
        {
            return before with { Map = map };
        }

        faults.Add(columns.Location, $"ident map \"{name}\" is not found in auth_ident_file");
        return null;
    }

    private HbaOptions? ReadPamService(HbaColumns columns, string name, HbaOptions before)
    {
        // libpam takes what follows the last slash, and so another file than the one that stands here.
        if (name.Length > 0 && !name.Contains('/'))
        {
            return before with { PamService = name };
        }

        faults.Add(columns.Location, $"pamservice must be the name of a file in /etc/pam.d, not \"{name}\"");
        return null;
    }

    private HbaOptions? ReadCertificate(HbaColumns columns, string value, HbaOptions before)
    {
        switch (value)
        {
            case "verify-ca":
                return before with { ClientCertificate = HbaClientCertificate.VerifyCa };
            case "verify-full":
                return before with { ClientCertificate = HbaClientCertificate.VerifyFull };
            default:
                faults.Add(columns.Location, $"clientcert must be verify-ca or verify-full, not \"{value}\"");
                return null;
        }
    }
}
