namespace Pgmux.Core.Configuration;

/// <summary>The newest version of the protocol that servers are asked for: libpq's max_protocol_version.</summary>
internal enum ServerProtocol
{
    /// <summary>3.0, which every server and every pooler understands.</summary>
    V30,

    /// <summary>3.2, with cancel keys of up to 256 bytes. PostgreSQL before 18 answers that it goes on with 3.0; other servers may hang up.</summary>
    V32,
}
