using System.Net.Sockets;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Hosting.Restart;

/// <summary>Where the two processes of an online restart meet: beside the Unix socket of the clients.</summary>
internal static class HandoverPath
{
    /// <summary>The path as the operator writes it; an abstract name begins with '@'.</summary>
    public static string Of(PgmuxOptions options) => $"{options.UnixSocketDir}/.s.PGSQL.{options.ListenPort}.handover";

    /// <summary>The same, or that of the clients' socket, for <see cref="Socket"/>, to which an abstract name begins with a zero.</summary>
    public static UnixDomainSocketEndPoint ToEndPoint(string path) => new(path.StartsWith('@') ? $"\0{path.AsSpan(1)}" : path);
}
