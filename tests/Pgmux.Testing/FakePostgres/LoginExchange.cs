using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.FakePostgres;

/// <summary>The authentication of one login, by auth.c: asks, and says whether the answer was right.</summary>
internal sealed class LoginExchange(FakeServer server, string? password, FakePostgres postgres)
{
    private const int Cleartext = 3;
    private const int Md5 = 5;
    private const int Sasl = 10;
    private const int SaslContinue = 11;
    private const int SaslFinal = 12;
    private const int Nobody = 99;

    /// <summary>What is said to whoever has no token, or a wrong one.</summary>
    public const string TokenError =
        "{ \"status\": \"invalid_token\", \"openid-configuration\": \"https://server.example/.well-known/openid-configuration\", \"scope\": \"db\" }";

    private static readonly byte[] Md5Salt = [1, 2, 3, 4];

    private readonly ScramVerifier _scram = new(password, server.ProcessId);

    /// <summary>What is said to whoever has the wrong password, or is nobody.</summary>
    public static byte[] Failure(FakeServer server) => Replies.Fatal("28P01", $"password authentication failed for user \"{server.User}\"");

    /// <summary>Runs it; false when the login is over, and the other side was told.</summary>
    public async Task<bool> RunAsync(LoginMethod method)
    {
        switch (method)
        {
            case LoginMethod.Trust:
                return true;
            case LoginMethod.Cleartext:
                await AskAsync(Cleartext);
                return await CheckAsync(await AnswerAsync(), password);
            case LoginMethod.Md5:
                await AskAsync(Md5, Md5Salt);
                return await CheckAsync(await AnswerAsync(), password is null ? null : $"md5{Hex($"{Hex(password + server.User)}", Md5Salt)}");
            case LoginMethod.ScramSha256:
                return await RunScramAsync();
            case LoginMethod.OAuth:
                return await RunOAuthAsync();
            default:
                await AskAsync(Nobody);
                return await AnswerAsync() is not null && await FailAsync();
        }
    }

    private async Task<bool> RunOAuthAsync()
    {
        const string Mechanism = "OAUTHBEARER";
        const string Begin = "n,,\u0001auth=Bearer ";
        const string End = "\u0001\u0001";
        await AskAsync(Sasl, [.. RawMessages.String(Mechanism), 0]);
        if (await AnswerAsync() is not { } first)
        {
            return false;
        }

        var start = Mechanism.Length + 1 + sizeof(int);
        var data = first.Length < start ? "" : Encoding.UTF8.GetString(first, start, first.Length - start);
        if (!data.StartsWith(Begin, StringComparison.Ordinal) || !data.EndsWith(End, StringComparison.Ordinal))
        {
            await server.RefuseAsync(Replies.Fatal("08P01", "malformed OAUTHBEARER message"));
            return false;
        }

        var shown = (server.User, data[Begin.Length..^End.Length]);
        postgres.ShownTokens.Add(shown);
        if (postgres.Tokens.Contains(shown))
        {
            return true;
        }

        await AskAsync(SaslContinue, Encoding.UTF8.GetBytes(TokenError));
        if (await AnswerAsync() is { } answer)
        {
            await server.RefuseAsync(answer is [1]
                ? Replies.Fatal("28000", $"OAuth bearer authentication failed for user \"{server.User}\"")
                : Replies.Fatal("08P01", "malformed OAUTHBEARER message"));
        }

        return false;
    }

    private async Task<bool> RunScramAsync()
    {
        await AskAsync(Sasl, [.. RawMessages.String(ScramVerifier.Mechanism), 0]);
        if (await AnswerAsync() is not { } first)
        {
            return false;
        }

        // The mechanism's name with its end, the length of what follows, and that.
        var start = ScramVerifier.Mechanism.Length + 1 + sizeof(int);
        var isSound = first.Length > start && BinaryPrimitives.ReadInt32BigEndian(first.AsSpan(start - sizeof(int))) == first.Length - start
            && Encoding.UTF8.GetString(first, 0, start - sizeof(int) - 1) == ScramVerifier.Mechanism;
        if (!isSound || _scram.Continue(Encoding.UTF8.GetString(first, start, first.Length - start)) is not { } challenge)
        {
            await server.RefuseAsync(Replies.Fatal("08P01", "malformed SCRAM message"));
            return false;
        }

        await AskAsync(SaslContinue, Encoding.UTF8.GetBytes(challenge));
        if (await AnswerAsync() is not { } final)
        {
            return false;
        }

        if (_scram.Finish(Encoding.UTF8.GetString(final)) is not { } verdict)
        {
            return await FailAsync();
        }

        await AskAsync(SaslFinal, Encoding.UTF8.GetBytes(verdict));
        return true;
    }

    private Task AskAsync(int code, params byte[] rest) => server.SendAsync(RawMessages.Message('R', [.. RawMessages.Int32(code), .. rest]));

    // Null when the other side has gone, or has said something that is no answer, which ends the login.
    private async Task<byte[]?> AnswerAsync()
    {
        if (await server.ReadAsync() is not { } message)
        {
            return null;
        }

        if (message.Type == 'p')
        {
            return message.Body;
        }

        await server.RefuseAsync(Replies.Fatal("08P01", $"expected password response, got message type {(int)message.Type}"));
        return null;
    }

    private async Task<bool> CheckAsync(byte[]? answer, string? expected)
    {
        if (answer is null)
        {
            return false;
        }

        return (expected is not null && answer.AsSpan().SequenceEqual(RawMessages.String(expected))) || await FailAsync();
    }

    private async Task<bool> FailAsync()
    {
        await server.RefuseAsync(Failure(server));
        return false;
    }

    private static string Hex(string text, params byte[] salt) =>
        Convert.ToHexStringLower(MD5.HashData([.. Encoding.UTF8.GetBytes(text), .. salt]));
}
