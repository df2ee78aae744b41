using System.Net.Sockets;
using System.Security.Authentication;
using Pgmux.Core.Configuration.Ldap;

namespace Pgmux.Core.Authentication.Ldap;

/// <summary>
/// Asks the servers of a directory, one after the other, until one of them answers. Has no native library under it: libldap's calls cannot
/// be given up once they wait, and container images lack it. Runs off the loops.
/// </summary>
/// <param name="clock">Measures the limit.</param>
/// <param name="patience">How long one server may take for everything, the connection included.</param>
internal sealed class LdapDirectory(TimeProvider clock, TimeSpan patience)
{
    /// <summary>PgBouncer gives libldap 3 seconds for each step; a login has three or four of them.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(10);

    /// <summary>Says whether the password is right. Ends early only by <paramref name="stop"/>.</summary>
    /// <exception cref="OperationCanceledException">Nobody wants to know any more.</exception>
    public async Task<LdapVerdict> AskAsync(LdapQuestion question, CancellationToken stop)
    {
        var troubles = new List<string>();
        foreach (var server in question.Options.Servers)
        {
            using var limit = new CancellationTokenSource(patience, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
            try
            {
                return await AskAsync(question, server, either.Token);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                troubles.Add($"LDAP server {server}: no answer within {patience.TotalSeconds:0.###} s");
            }
            catch (EndOfStreamException)
            {
                troubles.Add($"LDAP server {server}: the server has closed the connection");
            }
            catch (Exception e) when (e is LdapException or IOException or SocketException or AuthenticationException)
            {
                // A stopped handshake may say so in its own way.
                stop.ThrowIfCancellationRequested();
                troubles.Add($"LDAP server {server}: {e.Message}");
            }
        }

        return LdapVerdict.Unasked(string.Join("; ", troubles));
    }

    private async Task<LdapVerdict> AskAsync(LdapQuestion question, LdapServer server, CancellationToken stop)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port, stop);
        await using var connection = new LdapConnection(new NetworkStream(socket, ownsSocket: false));
        await EncryptAsync(question.Options, server, connection, stop);
        var verdict = await AskAsync(question, server, connection, stop);
        try
        {
            await connection.UnbindAsync(stop);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The answer is there; whether the server hears the goodbye changes nothing.
        }

        return verdict;
    }

    private static async Task EncryptAsync(LdapOptions options, LdapServer server, LdapConnection connection, CancellationToken stop)
    {
        if (options.UsesStartTls && await connection.StartTlsAsync(stop) is { IsSuccess: false } refusal)
        {
            throw new LdapException($"StartTLS was refused: {refusal}");
        }

        if (!options.UsesStartTls && !options.IsEncrypted)
        {
            return;
        }

        var check = new LdapCertificateCheck(server.Host);
        try
        {
            await connection.EncryptAsync(check.Options, stop);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            stop.ThrowIfCancellationRequested();
            throw new LdapException($"TLS handshake failed: {check.Problem ?? (e.InnerException ?? e).Message}");
        }
    }

    private async Task<LdapVerdict> AskAsync(LdapQuestion question, LdapServer server, LdapConnection connection, CancellationToken stop)
    {
        var options = question.Options;
        var dn = options.Prefix + LdapName.Escape(question.User) + options.Suffix;
        if (options.BaseDn is not null)
        {
            var (found, refusal) = await FindAsync(question, server, connection, stop);
            if (found is null)
            {
                return refusal;
            }

            dn = found;
        }

        var result = await connection.BindAsync(dn, question.Password, stop);
        CheckAvailable(result);
        return result.IsSuccess ? LdapVerdict.Right : LdapVerdict.No($"LDAP server {server}: login as \"{dn}\" failed: {result}");
    }

    // The name of the user's entry, or why there is none. What goes wrong with the search itself says nothing of the user.
    private async Task<(string? Name, LdapVerdict Refusal)> FindAsync(
        LdapQuestion question, LdapServer server, LdapConnection connection, CancellationToken stop)
    {
        var options = question.Options;
        if (LdapFilter.Encode(LdapFilter.For(options.Filter, question.User), out var wrong) is not { } filter)
        {
            return Unasked($"ldapsearchfilter {wrong}");
        }

        var bound = await connection.BindAsync(options.BindDn, options.BindPassword, stop);
        CheckAvailable(bound);
        if (!bound.IsSuccess)
        {
            return Unasked($"login as \"{options.BindDn}\" (ldapbinddn) for the search failed: {bound}");
        }

        var names = new List<string>();
        var result = await connection.SearchAsync(options, filter, patience, names, stop);
        CheckAvailable(result);

        // The server stops at the second entry and says so.
        var isWhole = result.IsSuccess || (result.Code == LdapResultCode.SizeLimitExceeded && names.Count > 1);
        return !isWhole ? Unasked($"the search below \"{options.BaseDn}\" failed: {result}")
            : names.Count == 0 ? No($"no entry below \"{options.BaseDn}\" fits the user")
            : names.Count > 1 ? No($"more than one entry below \"{options.BaseDn}\" fits the user")
            : names[0].Length == 0 ? No("the entry that was found has no name")
            : (names[0], LdapVerdict.Right);

        (string?, LdapVerdict) No(string problem) => (null, LdapVerdict.No($"LDAP server {server}: {problem}"));

        (string?, LdapVerdict) Unasked(string problem) => (null, LdapVerdict.Unasked($"LDAP server {server}: {problem}"));
    }

    private static void CheckAvailable(in LdapResult result)
    {
        if (result.IsUnavailable)
        {
            throw new LdapException($"the server does not serve: {result}");
        }
    }
}
