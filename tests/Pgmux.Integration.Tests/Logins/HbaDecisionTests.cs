using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>One HBA file before PostgreSQL and before pgmux: both decide alike, whoever asks.</summary>
[OnPostgres]
internal sealed class HbaDecisionTests(int postgres) : PgmuxFixture(postgres)
{
    private const int FirstWithPatterns = 16;
    private const int AskedAtOnce = 8;

    // Methods are chosen so that the first answer tells which one it is.
    private const string Rules = """
        # TYPE       DATABASE          USER                 ADDRESS                    METHOD
        local        app               app                                             trust
        local        app,"other"       app_md5,app_plain                               password
        local        all               app_scram                                       reject # the rest has no line
        host         app               app                  127.0.0.1/32               trust
        host         app               app                  127.0.0.2 255.255.255.255  scram-sha-256
        hostssl      all               app                  127.0.0.0/8                reject
        hostnossl    app               app                  127.0.0.3/32               password
        hostnogssenc app               app                  127.0.0.4/32               reject
        hostgssenc   all               all                  127.0.0.0/8                trust
        host         "all"             all                  127.0.0.0/8                trust
        host         sameuser          all                  127.1.0.0/16               password
        host         "sameuser"        all                  127.1.0.0/16               reject
        host         "two words","a""b" app_md5,\
                     app_plain                              127.2.0.0 255.255.0.0      password
        host         replication       all                  127.0.0.0/8                trust
        host         all               @people              127.3.0.0/16               scram-sha-256
        host         all               "@people"            127.3.0.0/16               password
        host         app               all                  ::/0                       trust
        host         app               app_md5              samenet                    password

        """;

    private const string Patterns = """
        host         /^db[0-9]+$       all                  127.5.0.0/16               password
        host         all               "/^app_(md5|scram)$" 127.5.0.0/16               reject
        include      more.conf

        """;

    private static readonly Dictionary<string, string> MoreFiles = new()
    {
        ["people"] = "# staff\napp_md5 app_plain\n\nother, @more_people\n",
        ["more_people"] = "\"app\"",
        ["more.conf"] = "host all app 127.6.0.0/16 password\n",
    };

    private static readonly string[] Databases = ["app", "other", "all", "sameuser", "two words", "db1", "replication"];
    private static readonly string[] Users = ["app", "app_md5", "app_plain", "app_scram", "other", "@people"];

    private static readonly string[] Addresses =
        ["unix", "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.1.2.3", "127.2.0.1", "127.3.0.1", "127.5.0.1", "127.6.0.1", "127.9.9.9"];

    [Test]
    public async Task PostgreSQL_and_pgmux_decide_alike()
    {
        var hba = Rules + (Cluster.Major >= FirstWithPatterns ? Patterns : "");
        await using var server = await PostgresCluster.StartAsync(Cluster.Major);
        await server.UseHbaAsync(hba, MoreFiles);

        // pgmux asks another server than the one whose rules are tested.
        await StartFreshAsync(PgmuxSettings.For(Cluster) with
        {
            Databases = new Dictionary<string, string> { ["*"] = $"host=127.0.0.1 port={Cluster.Port} dbname=app user=app" },
            Secrets = Users.ToDictionary(user => user, _ => "secret"),
            Hba = hba,
            MoreFiles = MoreFiles,
        });

        var requests = from database in Databases from user in Users from address in Addresses select (database, user, address);
        var differences = new ConcurrentBag<string>();
        var decisions = new ConcurrentDictionary<string, bool>();
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce }, async (request, _) =>
        {
            var (database, user, address) = request;
            var isUnix = address == "unix";
            var expected = await DecideAsync(isUnix ? server.UnixEndPoint : new IPEndPoint(IPAddress.Loopback, server.Port), address, database, user);
            var decided = await DecideAsync(isUnix ? Pgmux.UnixEndPoint : Pgmux.TcpEndPoint, address, database, user);
            decisions.TryAdd(expected, true);
            if (decided != expected)
            {
                differences.Add($"{database} {user} {address}: {decided} instead of {expected}");
            }
        });

        Assert.That(differences, Is.Empty);
        Assert.That(decisions.Keys, Is.EquivalentTo(new[] { "trust", "reject", "none", "password", "scram-sha-256" }));
    }

    // What the first answer tells of the method.
    private static async Task<string> DecideAsync(EndPoint endPoint, string address, string database, string user)
    {
        var from = endPoint is UnixDomainSocketEndPoint ? null : new IPEndPoint(IPAddress.Parse(address), 0);
        await using var client = await RawClient.ConnectAsync(endPoint, from);
        await client.SendAsync(RawMessages.Startup(("user", user), ("database", database)));
        var answer = await client.ReadAsync() ?? throw new InvalidOperationException("no answer");
        if (answer.Type == 'R')
        {
            return BinaryPrimitives.ReadInt32BigEndian(answer.Body) switch
            {
                0 => "trust",
                3 => "password",
                10 => "scram-sha-256",
                var other => $"request {other}",
            };
        }

        return answer.ToString() switch
        {
            var text when text.Contains("rejects connection", StringComparison.Ordinal) || text.Contains("login rejected", StringComparison.Ordinal) => "reject",
            var text when text.Contains("no pg_hba.conf entry", StringComparison.Ordinal) || text.Contains("no authentication method", StringComparison.Ordinal) => "none",
            var text => text,
        };
    }
}
