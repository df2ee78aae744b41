namespace Pgmux.Core.Admin;

/// <summary>A row of SHOW FDS: a socket of pgmux in clear.</summary>
internal sealed record DescriptorRow
{
    /// <summary>The file descriptor.</summary>
    public required int Descriptor { get; init; }

    /// <summary>What it is for: pooler (it listens), client or server.</summary>
    public required string Task { get; init; }

    /// <summary>The user; null before it is known, and for a listener.</summary>
    public string? User { get; init; }

    /// <summary>The database; null before it is known, and for a listener.</summary>
    public string? Database { get; init; }

    /// <summary>The other end's address, or the one that is listened on.</summary>
    public required string Address { get; init; }

    /// <summary>Its port.</summary>
    public int Port { get; init; }

    /// <summary>The descriptor at the other side of the lease; 0 when there is none.</summary>
    public int Link { get; init; }

    /// <summary>client_encoding.</summary>
    public string? ClientEncoding { get; init; }

    /// <summary>standard_conforming_strings.</summary>
    public string? StandardConformingStrings { get; init; }

    /// <summary>DateStyle.</summary>
    public string? DateStyle { get; init; }

    /// <summary>TimeZone.</summary>
    public string? TimeZone { get; init; }
}
