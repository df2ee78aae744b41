namespace Pgmux.Core.Servers;

/// <summary>What the client has of the answer to the request of its own that is sent next: not nothing only when a cycle is run again.</summary>
internal enum RerunState : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>All of it.</summary>
    Answered,

    /// <summary>The ParameterDescription of a Describe.</summary>
    HasParameters,
}
