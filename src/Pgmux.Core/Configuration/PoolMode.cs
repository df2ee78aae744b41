namespace Pgmux.Core.Configuration;

/// <summary>For how long a client keeps the server connection that it was given.</summary>
internal enum PoolMode
{
    /// <summary>Until the client disconnects.</summary>
    Session,

    /// <summary>Until its transaction ends.</summary>
    Transaction,

    /// <summary>Until its statement ends; transaction blocks are refused.</summary>
    Statement,
}
