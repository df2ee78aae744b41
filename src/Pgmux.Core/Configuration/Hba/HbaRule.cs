using Pgmux.Core.Configuration.Ldap;
using Pgmux.Core.Configuration.OAuth;

namespace Pgmux.Core.Configuration.Hba;

/// <summary>A line of the HBA file: who it is about, and how they prove who they are.</summary>
internal sealed class HbaRule
{
    /// <summary>Where it stands.</summary>
    public required SourceLocation Location { get; init; }

    /// <summary>Kind of connection.</summary>
    public required HbaConnectionType Type { get; init; }

    /// <summary>Databases.</summary>
    public required HbaNames Databases { get; init; }

    /// <summary>Users.</summary>
    public required HbaNames Users { get; init; }

    /// <summary>Addresses; null is all.</summary>
    public AddressRange[]? Addresses { get; init; }

    /// <summary>How they prove who they are.</summary>
    public required AuthType Method { get; init; }

    /// <summary>Which certificate they must show beside that.</summary>
    public HbaClientCertificate ClientCertificate { get; init; }

    /// <summary>The service that PAM is asked for, with <see cref="AuthType.Pam"/>; null is the usual one.</summary>
    public string? PamService { get; init; }

    /// <summary>Which system users, certificates or names in tokens are which users; null is those of the same name.</summary>
    public IdentMap? Map { get; init; }

    /// <summary>How the directory is asked; null unless the method is ldap.</summary>
    public LdapOptions? Ldap { get; init; }

    /// <summary>What tokens have to be like; null unless the method is jwt or oauth.</summary>
    public OAuthOptions? OAuth { get; init; }

    /// <summary>Whether it is about this request. Allocates nothing.</summary>
    public bool Matches(in HbaRequest request)
    {
        var isRightType = Type switch
        {
            HbaConnectionType.Local => request.Address is null,
            HbaConnectionType.HostTls => request is { Address: not null, IsEncrypted: true },
            HbaConnectionType.HostPlain => request is { Address: not null, IsEncrypted: false },
            _ => request.Address is not null,
        };
        return isRightType && HasAddressOf(request) && Databases.HasDatabaseOf(request) && Users.HasUserOf(request);
    }

    private bool HasAddressOf(in HbaRequest request)
    {
        if (Addresses is null || request.Address is not { } address)
        {
            return true;
        }

        foreach (var range in Addresses)
        {
            if (range.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
