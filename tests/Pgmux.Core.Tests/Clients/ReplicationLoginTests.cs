using Pgmux.Core.Servers.Replication;
using Pgmux.Testing.Mux;

namespace Pgmux.Core.Tests.Clients;

/// <summary>The startup parameter replication: how it is read, which HBA lines are about it, and what becomes of it.</summary>
[TestFixture]
internal sealed class ReplicationLoginTests
{
    private const string LetIn = "Z(I)";
    private const string NoMethod = "E(28000 no authentication method is found) EOF";

    // What PostgreSQL makes of these: parse_bool takes beginnings of words in any case, and the word database as it stands.
    [TestCase("true", "Physical"), TestCase("t", "Physical"), TestCase("TRU", "Physical"), TestCase("yes", "Physical"), TestCase("Y", "Physical")]
    [TestCase("on", "Physical"), TestCase("1", "Physical"), TestCase("database", "Logical")]
    [TestCase("false", "None"), TestCase("F", "None"), TestCase("no", "None"), TestCase("n", "None"), TestCase("off", "None"), TestCase("of", "None"), TestCase("0", "None")]
    [TestCase("o", null), TestCase("", null), TestCase("trues", null), TestCase("10", null), TestCase("Database", null), TestCase("data", null)]
    [TestCase("maybe", null), TestCase(" true", null), TestCase("2", null), TestCase("offf", null)]
    [Property("Row", "H16")]
    public void The_value_is_read_as_by_PostgreSQL(string value, string? kind) => Assert.That($"{ReplicationParameter.Parse(value)}", Is.EqualTo(kind ?? ""));

    [TestCase("host replication all all trust", "on", LetIn)]
    [TestCase("host replication all all trust", "database", NoMethod)]
    [TestCase("host replication all all trust", "off", NoMethod)]
    [TestCase("host all all all trust", "true", NoMethod)]
    [TestCase("host db,\"replication\" all all trust", "true", NoMethod)]
    [TestCase("host all all all trust", "database", LetIn)]
    [TestCase("host db all all trust", "database", LetIn)]
    [TestCase("host other all all trust", "database", NoMethod)]
    [TestCase("host replication bob all trust", "1", NoMethod)]
    [TestCase("host all all all reject\nhost replication all all trust", "1", LetIn)]
    [TestCase("host replication all all reject\nhost all all all trust", "1", "E(28000 login rejected) EOF")]
    [Property("Row", "H16"), Property("Row", "B42")]
    public void Lines_of_the_HBA_file_are_about_it_as_in_PostgreSQL(string hba, string value, string answer)
    {
        using var mux = TestMux.Start(TestMux.SettingsOf() with { Hba = hba + "\n" });
        var trace = mux.BeginLogin(parameters: ("replication", value)).Take();
        Assert.That(trace, answer == LetIn ? Does.EndWith(LetIn) : Is.EqualTo(answer));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(answer == LetIn ? 1 : 0), "nothing of a stranger reaches a server");
    }

    [Test, Property("Row", "H16")]
    public void No_server_is_opened_before_the_password_has_come()
    {
        using var mux = TestMux.Start(("auth_type", "plain"));
        Assert.That(mux.BeginLogin(parameters: ("replication", "true")).Take(), Is.EqualTo("R"));
        Assert.That(mux.Postgres.Logins, Is.Zero);
    }

    [Test, Property("Row", "H16")]
    public void The_console_has_none()
    {
        using var mux = TestMux.Start(("stats_users", "bob"));
        var client = mux.BeginLogin("bob", "pgbouncer", ("replication", "database"));
        Assert.That(client.Take(), Is.EqualTo("E(0A000 there are no replication connections to the console) EOF"));
    }

    [TestCase("maybe", "E(22023 invalid value for parameter \"replication\": \"maybe\") EOF")]
    [TestCase("Database", "E(22023 invalid value for parameter \"replication\": \"Database\") EOF")]
    [Property("Row", "H16")]
    public void What_is_no_value_is_refused_as_by_PostgreSQL(string value, string answer)
    {
        using var mux = TestMux.Start();
        Assert.That(mux.BeginLogin(parameters: ("replication", value)).Take(), Is.EqualTo(answer));
    }

    [TestCase("true", "yes"), TestCase("database", "database"), TestCase("off", "no")]
    [Property("Text", "T30")]
    public void The_log_says_what_is_asked_for(string value, string logged)
    {
        using var mux = TestMux.Start();
        mux.BeginLogin(parameters: ("replication", value));
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.EndsWith($"login attempt: db=db user=alice tls=no replication={logged}"));
    }
}
