namespace Pgmux.Core.Configuration.Hba;

/// <summary>Turns a line of the HBA file into a rule.</summary>
/// <param name="names">Reads databases and users.</param>
/// <param name="maps">The maps of the ident file.</param>
/// <param name="networks">The addresses of this machine.</param>
/// <param name="faults">Where faults go.</param>
/// <param name="warnings">Where goes what is odd.</param>
internal sealed class HbaLineReader(
    HbaNamesReader names,
    IReadOnlyDictionary<string, IdentMap> maps,
    HostNetworks networks,
    HbaFaults faults,
    ICollection<ConfigFault> warnings)
{
    private readonly HbaOptionsReader _options = new(maps, faults, warnings);

    private static readonly string[] Types = ["local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"];

    /// <summary>The rule; null when there is a fault, or when it cannot be about anybody.</summary>
    public HbaRule? Read(HbaLine line)
    {
        var columns = new HbaColumns(line, faults);
        if (!columns.TryTakeWord("the kind of connection", out var type) || !TryReadType(line, type.Text, out var connection)
            || !columns.TryTake("the list of databases", out var databases) || !columns.TryTake("the list of users", out var users)
            || names.ReadDatabases(databases, line.Location) is not { } databaseNames || names.ReadUsers(users, line.Location) is not { } userNames
            || !TryReadAddresses(columns, connection, out var addresses)
            || !columns.TryTakeWord("the method", out var word))
        {
            return null;
        }

        if (!HbaMethods.TryParse(word.Text, out var method, out var problem))
        {
            faults.Add(line.Location, problem);
            return null;
        }

        if (_options.Read(columns, connection, method, word.Text) is not { } options)
        {
            return null;
        }

        WarnOfFutility(line, type.Text, method, addresses);
        return type.Text == "hostgssenc"
            ? null
            : new HbaRule
            {
                Location = line.Location,
                Type = connection,
                Databases = databaseNames,
                Users = userNames,
                Addresses = addresses,
                Method = method,
                ClientCertificate = options.ClientCertificate,
                Map = options.Map,
                PamService = options.PamService,
                Ldap = options.Ldap,
                OAuth = options.OAuth,
            };
    }

    private bool TryReadType(HbaLine line, string text, out HbaConnectionType type)
    {
        (var isKnown, type) = text switch
        {
            "local" => (true, HbaConnectionType.Local),
            "host" or "hostgssenc" or "hostnogssenc" => (true, HbaConnectionType.Host),
            "hostssl" => (true, HbaConnectionType.HostTls),
            "hostnossl" => (true, HbaConnectionType.HostPlain),
            _ => (false, default),
        };
        if (!isKnown)
        {
            faults.Add(line.Location, $"unknown kind of connection \"{text}\"{NearestName.Hint(text, Types)}; it must be one of {string.Join(", ", Types)}");
        }

        return isKnown;
    }

    private bool TryReadAddresses(HbaColumns columns, HbaConnectionType type, out AddressRange[]? addresses)
    {
        addresses = null;
        if (type == HbaConnectionType.Local)
        {
            return true;
        }

        if (!columns.TryTakeWord("the address", out var word))
        {
            return false;
        }

        if (word.IsKeyword("all"))
        {
            return true;
        }

        if (word.IsKeyword("samehost") || word.IsKeyword("samenet"))
        {
            addresses = word.Text == "samehost" ? networks.SameHost() : networks.SameNet();
            return true;
        }

        return TryReadRange(columns, word.Text, out addresses);
    }

    private bool TryReadRange(HbaColumns columns, string text, out AddressRange[]? addresses)
    {
        addresses = null;
        if (text.Contains('/'))
        {
            if (AddressRange.FromCidr(text) is not { } range)
            {
                faults.Add(columns.Location, $"\"{text}\" is not an address range; write it as 10.0.0.0/8 or fd00::/8");
                return false;
            }

            addresses = [range];
            return true;
        }

        if (!NetAddress.TryParse(text, out _))
        {
            faults.Add(
                columns.Location, $"\"{text}\" is not an address; write all, samehost, samenet or a range such as 10.0.0.0/8; host names are not looked up");
            return false;
        }

        if (!columns.TryTakeWord($"the mask of {text} (or write {text} with /bits)", out var mask))
        {
            return false;
        }

        if (AddressRange.FromMask(text, mask.Text) is not { } masked)
        {
            faults.Add(columns.Location, $"\"{mask.Text}\" is not a mask for {text}; write a range such as {text}/{(text.Contains(':') ? "128" : "32")}");
            return false;
        }

        addresses = [masked];
        return true;
    }

    private void WarnOfFutility(HbaLine line, string type, AuthType method, AddressRange[]? addresses)
    {
        if (type == "hostgssenc")
        {
            warnings.Add(line.Location.Fault("nobody comes with GSS encryption, so this line is about nobody"));
        }
        else if (method == AuthType.Peer && type != "local")
        {
            warnings.Add(line.Location.Fault("peer works over the Unix socket only, so this line lets nobody in"));
        }
        else if (method == AuthType.Cert && type is "local" or "hostnossl")
        {
            warnings.Add(line.Location.Fault("cert works over TLS only, so this line lets nobody in"));
        }

        if (addresses is [{ HasStrayBits: true }])
        {
            warnings.Add(line.Location.Fault(
                "the address has bits that its mask leaves out, so this line is about nobody, as in PgBouncer; PostgreSQL takes it for the network"));
        }
    }
}
