using System.Net;
using System.Net.Sockets;
using Pgmux.Core.Configuration.Passwords;

namespace Pgmux.Core.Servers.Passwords;

/// <summary>Whose password is wanted, and what prints it.</summary>
/// <param name="Source">What the configuration says of it.</param>
/// <param name="Database">The entry of [databases].</param>
/// <param name="User">Who logs in.</param>
/// <param name="Words">The program and its arguments.</param>
internal sealed record PasswordRequest(PasswordSource Source, string Database, string User, IReadOnlyList<string> Words)
{
    /// <summary>By what passwords are told apart: hosts may have one each, and a reload may change the command.</summary>
    public PasswordKey Key { get; } = new(Database, User, string.Join('\0', Words));

    /// <summary>Why the program must not run; null when it may. A name of a client must not pass for an option, nor break a line of a log.</summary>
    public string? Trouble => Source.Command.NamesUser && (User.StartsWith('-') || User.Any(char.IsControl))
        ? "the name of the user begins with - or has a control character, so no program is told of it"
        : null;

    /// <summary>The request of one login; null when its password is configured.</summary>
    public static PasswordRequest? For(ServerTarget target, EndPoint endPoint)
    {
        if (target.PasswordSource is not { } source)
        {
            return null;
        }

        var host = endPoint is UnixDomainSocketEndPoint ? Path.GetDirectoryName(endPoint.ToString()) ?? "" : ServerTarget.HostOf(endPoint);
        return new PasswordRequest(
            source, target.Options.Name, target.User, source.Command.WordsFor(host, target.Options.Port, target.User, target.Database));
    }
}
