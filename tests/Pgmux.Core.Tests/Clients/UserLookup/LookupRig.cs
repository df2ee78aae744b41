using System.Security.Cryptography;
using System.Text;
using Pgmux.Protocol;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients.UserLookup;

/// <summary>A multiplexer whose users are asked for with LOOKUP, and clients that log in with a password.</summary>
internal static class LookupRig
{
    /// <summary>Who asks.</summary>
    public const string AuthUser = "asker";

    /// <summary>What a client is told whose password is wrong, or that is not known.</summary>
    public const string WrongPassword = "E(28P01 password authentication failed) EOF";

    /// <summary>The same for SCRAM.</summary>
    public const string WrongProof = "E(28P01 SASL authentication failed) EOF";

    private static readonly (string Key, string Value)[] Usual =
        [("auth_type", "plain"), ("auth_user", AuthUser), ("auth_query", "LOOKUP $1"), ("max_client_conn", "5000")];

    /// <summary>These settings before those of LOOKUP; passwords in clear unless they say otherwise.</summary>
    public static PgmuxSettings Settings(params (string Key, string Value)[] settings) =>
        TestMux.SettingsOf([.. Usual.ExceptBy(settings.Select(setting => setting.Key), usual => usual.Key), .. settings]);

    /// <summary>A multiplexer with the role carol, whom only the server knows.</summary>
    public static TestMux Start(params (string Key, string Value)[] settings) => Start(Settings(settings));

    /// <summary>The same.</summary>
    public static TestMux Start(PgmuxSettings settings, int loops = 1)
    {
        var mux = TestMux.Start(settings, loops);
        mux.Postgres.Database.Roles["carol"] = "secret-of-carol";
        return mux;
    }

    /// <summary>The roles of the fake PostgreSQL.</summary>
    public static FakeRoles Roles(this TestMux mux) => mux.Postgres.Database.Roles;

    /// <summary>The warnings about auth_query.</summary>
    public static string[] Warnings(this TestMux mux) =>
        [.. mux.Log.Events.Where(entry => entry.Level == Microsoft.Extensions.Logging.LogLevel.Warning && entry.Text.Contains("auth_")).Select(entry => entry.Text)];

    /// <summary>Logs in with a password, whatever way it is asked for; the trace of the answer, empty when it has come in.</summary>
    public static string TryLogin(this TestMux mux, string user = "carol", string password = "secret-of-carol", string database = "db")
    {
        var client = mux.BeginLogin(user, database);
        var trace = client.Answer(user, password);
        client.Close();
        return trace;
    }

    /// <summary>Answers what the client is asked.</summary>
    public static string Answer(this FakeClient client, string user, string password)
    {
        ScramClient? scram = null;
        while (client.Replies is [{ Type: 'R' } request] && !client.IsClosed)
        {
            var kind = request.Body[3];
            var data = request.Body.AsSpan(4);
            byte[] answer;
            switch (kind)
            {
                case 3:
                    answer = RawMessages.String(password);
                    break;
                case 5:
                    answer = RawMessages.String(Md5(user, password, data.ToArray()));
                    break;
                case 10:
                    scram = new ScramClient();
                    var first = scram.CreateClientFirst();
                    answer = [.. RawMessages.String(ScramMechanism.Name), .. RawMessages.Int32(first.Length), .. first];
                    break;
                default:
                    scram!.HandleServerFirst(data);
                    answer = scram.CreateClientFinal(ScramKeys.Derive(password, scram.Salt, scram.Iterations));
                    break;
            }

            client.TakeReplies();
            client.Send(RawMessages.Message('p', answer));
        }

        var trace = client.Take();
        return trace.EndsWith("Z(I)", StringComparison.Ordinal) ? "" : trace;
    }

    private static string Md5(string user, string password, byte[] salt)
    {
        var inner = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(password + user)));
        return $"md5{Convert.ToHexStringLower(MD5.HashData([.. Encoding.ASCII.GetBytes(inner), .. salt]))}";
    }
}
