using System.Formats.Asn1;
using System.Net.Security;
using Pgmux.Core.Configuration.Ldap;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication.Ldap;

/// <summary>
/// One conversation with a server of the directory: a request, then its answer. Not a byte more is read than belongs to the answer, so
/// what somebody pushes in behind the answer to StartTLS meets the handshake and breaks it.
/// </summary>
internal sealed class LdapConnection(Stream stream) : IAsyncDisposable
{
    /// <summary>Answers have a code, a name and a few words; the rest is not asked for.</summary>
    public const int MostMessageBytes = 64 * 1024;

    /// <summary>Two entries are asked for, and each naming context may refer to a few servers.</summary>
    public const int MostSearchAnswers = 100;

    private const byte SequenceTag = 0x30;
    private const byte LongForm = 0x80;
    private const int MostLengthBytes = sizeof(int);

    private int _lastId;

    /// <summary>Asks for TLS, which begins when the answer is a success.</summary>
    /// <exception cref="LdapException">The server does not speak LDAP.</exception>
    public Task<LdapResult> StartTlsAsync(CancellationToken stop) =>
        AskAsync(LdapMessages.StartTls(++_lastId), LdapOperation.ExtendedResponse, stop);

    /// <summary>Everything is encrypted from now on.</summary>
    public async Task EncryptAsync(SslClientAuthenticationOptions options, CancellationToken stop)
    {
        var encrypted = new SslStream(stream);
        stream = encrypted;
        await encrypted.AuthenticateAsClientAsync(options, stop);
    }

    /// <summary>Logs in. The password must not be empty unless the name is: a server says yes to nobody then.</summary>
    /// <exception cref="LdapException">The server does not speak LDAP.</exception>
    public Task<LdapResult> BindAsync(string dn, string password, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(password.Length == 0, dn.Length == 0);
        return AskAsync(LdapMessages.Bind(++_lastId, dn, password), LdapOperation.BindResponse, stop);
    }

    /// <summary>Searches, and adds the first names of what is found to <paramref name="found"/>. References to other servers are left out.</summary>
    /// <exception cref="LdapException">The server does not speak LDAP, or answers without end.</exception>
    public async Task<LdapResult> SearchAsync(LdapOptions options, byte[] filter, TimeSpan limit, ICollection<string> found, CancellationToken stop)
    {
        await stream.WriteAsync(LdapMessages.Search(++_lastId, options.BaseDn!, options.Scope, filter, limit), stop);
        await stream.FlushAsync(stop);
        for (var answers = 0; answers < MostSearchAnswers; answers++)
        {
            var answer = await ReadAsync(stop);
            switch (answer.Operation)
            {
                case LdapOperation.SearchResultEntry:
                    var name = Decode(answer, static body => WireText.Decode(body.ReadOctetString()));
                    if (found.Count < LdapMessages.WantedEntries)
                    {
                        found.Add(name);
                    }

                    break;
                case LdapOperation.SearchResultReference:
                    break;
                case LdapOperation.SearchResultDone:
                    return Decode(answer, LdapResult.Read);
                default:
                    throw new LdapException("the server answers something else than it was asked");
            }
        }

        throw new LdapException($"the server has more than {MostSearchAnswers} answers to a search for one entry");
    }

    /// <summary>Says goodbye, as far as the server still listens.</summary>
    public async Task UnbindAsync(CancellationToken stop)
    {
        await stream.WriteAsync(LdapMessages.Unbind(++_lastId), stop);
        await stream.FlushAsync(stop);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<LdapResult> AskAsync(byte[] request, LdapOperation expected, CancellationToken stop)
    {
        await stream.WriteAsync(request, stop);
        await stream.FlushAsync(stop);
        var answer = await ReadAsync(stop);
        return answer.Operation == expected
            ? Decode(answer, LdapResult.Read)
            : throw new LdapException("the server answers something else than it was asked");
    }

    private async Task<LdapAnswer> ReadAsync(CancellationToken stop)
    {
        LdapAnswer answer;
        try
        {
            answer = LdapAnswer.Read(await ReadContentAsync(stop));
        }
        catch (AsnContentException)
        {
            throw NotLdap();
        }

        return answer.Id == _lastId ? answer
            : answer is { Id: 0, Operation: LdapOperation.ExtendedResponse } ? throw new LdapException($"the server ends the connection: {Decode(answer, LdapResult.Read)}")
            : throw new LdapException("the server answers a request that was not made");
    }

    private async Task<byte[]> ReadContentAsync(CancellationToken stop)
    {
        var head = new byte[2 + MostLengthBytes];
        await stream.ReadExactlyAsync(head.AsMemory(0, 2), stop);
        var length = (long)head[1];
        if (head[0] != SequenceTag || length == LongForm)
        {
            throw NotLdap();
        }

        if (length > LongForm)
        {
            var count = (int)(length - LongForm);
            if (count > MostLengthBytes)
            {
                throw NotLdap();
            }

            await stream.ReadExactlyAsync(head.AsMemory(2, count), stop);
            length = 0;
            for (var i = 0; i < count; i++)
            {
                length = (length << 8) | head[2 + i];
            }
        }

        if (length > MostMessageBytes)
        {
            throw new LdapException($"the server sends a message of {length} bytes, and {MostMessageBytes} are the most that is taken");
        }

        var content = new byte[length];
        await stream.ReadExactlyAsync(content, stop);
        return content;
    }

    private static T Decode<T>(in LdapAnswer answer, Func<AsnReader, T> read)
    {
        try
        {
            return read(answer.Body);
        }
        catch (AsnContentException)
        {
            throw NotLdap();
        }
    }

    private static LdapException NotLdap() => new("the server answers something that is no LDAP");
}
