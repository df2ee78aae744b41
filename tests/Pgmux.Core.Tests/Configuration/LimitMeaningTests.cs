using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

/// <summary>What 0, 1 and the default mean for each limit, and which of user, database and general value wins.</summary>
[TestFixture]
[Property("Row", "B150")]
internal sealed class LimitMeaningTests
{
    private ConfigFiles _files = null!;

    [SetUp]
    public void MakeDirectory() => _files = new ConfigFiles();

    [TearDown]
    public void RemoveDirectory() => _files.Dispose();

    [TestCase("", "", "", 20)]
    [TestCase("0", "", "", 0)]
    [TestCase("1", "", "", 1)]
    [TestCase("5", "pool_size=0", "", 0)]
    [TestCase("5", "pool_size=1", "", 1)]
    [TestCase("5", "pool_size=-1", "", 5)]
    [TestCase("5", "pool_size=1", "pool_size=0", 0)]
    [TestCase("5", "pool_size=1", "pool_size=9", 9)]
    [TestCase("5", "pool_size=7abc", "", 7)]
    public void Pool_size_is_the_users_then_the_databases_then_the_general_one(string general, string database, string user, int size)
    {
        var snapshot = Load(("default_pool_size", general), database, user);
        Assert.That(snapshot.PoolSizeFor(snapshot.FindDatabase("d")!, "u"), Is.EqualTo(size));
    }

    [TestCase("", "", "", 0)]
    [TestCase("3", "", "", 3)]
    [TestCase("3", "reserve_pool_size=2", "", 2)]
    [TestCase("3", "reserve_pool=2", "", 2)]
    [TestCase("3", "reserve_pool=2", "reserve_pool_size=0", 0)]
    [TestCase("3", "reserve_pool=-1", "reserve_pool_size=-1", 3)]
    public void Reserve_pool_size_likewise(string general, string database, string user, int size)
    {
        var snapshot = Load(("reserve_pool_size", general), database, user);
        Assert.That(snapshot.ReservePoolSizeFor(snapshot.FindDatabase("d")!, "u"), Is.EqualTo(size));
    }

    [TestCase("", "", "", PoolMode.Session)]
    [TestCase("transaction", "", "", PoolMode.Transaction)]
    [TestCase("transaction", "pool_mode=statement", "", PoolMode.Statement)]
    [TestCase("transaction", "pool_mode=statement", "pool_mode=session", PoolMode.Session)]
    public void Pool_mode_likewise(string general, string database, string user, object mode)
    {
        var snapshot = Load(("pool_mode", general), database, user);
        Assert.That(snapshot.PoolModeFor(snapshot.FindDatabase("d")!, "u"), Is.EqualTo(mode));
    }

    [TestCase("", "", 0)]
    [TestCase("1", "", 1)]
    [TestCase("1", "max_db_connections=0", 0)]
    [TestCase("1", "max_db_connections=4", 4)]
    public void Connections_of_a_database(string general, string database, int limit)
    {
        var snapshot = Load(("max_db_connections", general), database, "");
        Assert.That(snapshot.MaxConnectionsFor(snapshot.FindDatabase("d")!), Is.EqualTo(limit));
    }

    [TestCase("", "", 0)]
    [TestCase("1", "", 1)]
    [TestCase("1", "max_user_connections=0", 0)]
    public void Connections_of_a_user(string general, string user, int limit)
        => Assert.That(Load(("max_user_connections", general), "", user).MaxUserConnectionsFor("u"), Is.EqualTo(limit));

    [TestCase("", "", 3600)]
    [TestCase("0", "", 0)]
    [TestCase("1", "", 1)]
    [TestCase("1", "server_lifetime=0", 1)]
    [TestCase("1", "server_lifetime=9", 9)]
    public void Lifetime_of_a_server_is_zero_only_by_the_general_value(string general, string database, double seconds)
    {
        var snapshot = Load(("server_lifetime", general), database, "");
        Assert.That(snapshot.ServerLifetimeFor(snapshot.FindDatabase("d")!).TotalSeconds, Is.EqualTo(seconds));
    }

    [TestCase("", "", 0)]
    [TestCase("1", "", 1)]
    [TestCase("1", "query_timeout=0", 1)]
    [TestCase("1", "query_timeout=2.5", 2.5)]
    public void Query_timeout_of_a_user(string general, string user, double seconds)
        => Assert.That(Load(("query_timeout", general), "", user).QueryTimeoutFor("u").TotalSeconds, Is.EqualTo(seconds));

    [TestCase("", "", 0)]
    [TestCase("1", "idle_transaction_timeout=0", 1)]
    [TestCase("1", "idle_transaction_timeout=3", 3)]
    public void Idle_transaction_timeout_of_a_user(string general, string user, double seconds)
        => Assert.That(Load(("idle_transaction_timeout", general), "", user).IdleTransactionTimeoutFor("u").TotalSeconds, Is.EqualTo(seconds));

    [TestCase("", "", 0)]
    [TestCase("1", "client_idle_timeout=0", 1)]
    [TestCase("1", "client_idle_timeout=3", 3)]
    public void Client_idle_timeout_of_a_user(string general, string user, double seconds)
        => Assert.That(Load(("client_idle_timeout", general), "", user).ClientIdleTimeoutFor("u").TotalSeconds, Is.EqualTo(seconds));

    [TestCase("", "", 0)]
    [TestCase("1", "transaction_timeout=0", 1)]
    [TestCase("1", "transaction_timeout=3", 3)]
    public void Transaction_timeout_of_a_user(string general, string user, double seconds)
        => Assert.That(Load(("transaction_timeout", general), "", user).TransactionTimeoutFor("u").TotalSeconds, Is.EqualTo(seconds));

    [TestCase("", "", "", 120)]
    [TestCase("0", "", "", 0)]
    [TestCase("9", "query_wait_timeout=0", "", 0)]
    [TestCase("9", "query_wait_timeout=7", "", 7)]
    [TestCase("9", "query_wait_timeout=7", "query_wait_timeout=0", 0)]
    [TestCase("9", "query_wait_timeout=7", "query_wait_timeout=0.5", 0.5)]
    public void Query_wait_timeout_is_the_users_then_the_databases_then_the_general_one(string general, string database, string user, double seconds)
    {
        var snapshot = Load(("query_wait_timeout", general), database, user);
        Assert.That(snapshot.QueryWaitTimeoutFor(snapshot.FindDatabase("d")!, "u").TotalSeconds, Is.EqualTo(seconds));
    }

    [TestCase("<empty>", "")]
    [TestCase("", null)]
    [TestCase("SELECT 1", "SELECT 1")]
    public void The_check_query_may_be_empty_or_off(string written, string? query)
        => Assert.That(_files.LoadGood($"[pgbouncer]\nserver_check_query = {written}\n").Options.CheckQuery, Is.EqualTo(query));

    private ConfigSnapshot Load((string Name, string Value) general, string database, string user)
        => _files.LoadGood($"""
            [databases]
            d = host=h {database}
            [users]
            u = {user}
            [pgbouncer]
            {(general.Value.Length == 0 ? "" : $"{general.Name} = {general.Value}")}
            """);
}
