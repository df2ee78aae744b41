namespace Pgmux.Core.Servers.Hosts;

/// <summary>Asks for the addresses of names: the system, name servers, or in tests the test. Keeps nothing; <see cref="HostResolver"/> does.</summary>
internal interface IHostLookup
{
    /// <summary>Asks for the addresses of a host. Called off the loops; what goes wrong is in the answer.</summary>
    Task<HostAnswer> LookUpAsync(string host);

    /// <summary>Asks for the serial number in the SOA record of a zone (RFC 1035, section 3.3.13); null when there is none, or no answer.</summary>
    Task<uint?> ReadSerialAsync(string zone);
}
