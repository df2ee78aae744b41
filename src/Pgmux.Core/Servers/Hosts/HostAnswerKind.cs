namespace Pgmux.Core.Servers.Hosts;

/// <summary>What an answer about a host is worth.</summary>
internal enum HostAnswerKind
{
    /// <summary>It has the addresses.</summary>
    Found,

    /// <summary>Whoever answers for the name says that there is no such name, or that it has no address.</summary>
    NoSuchHost,

    /// <summary>Nobody could say: no answer in time, or an error of the name server.</summary>
    Failed,
}
