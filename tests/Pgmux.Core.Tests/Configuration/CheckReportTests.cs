using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

[TestFixture]
internal sealed class CheckReportTests
{
    [Test]
    public void A_good_file_is_told_back_without_its_secrets()
    {
        using var files = new ConfigFiles();
        var users = files.Write("users", "\"app\" \"hunter2\"\n");
        var path = files.Write("pgmux.ini", $"""
            [databases]
            app = host=h1,h2 port=5433 dbname=real user=svc password=hunter3 pool_size=1
            * = host=/run/postgresql
            [users]
            app = pool_mode=session
            [pgbouncer]
            listen_addr = *
            pool_mode = transaction
            pkt_buf = 8192
            worker_threads = 2
            auth_file = {users}
            """);
        Assert.That(CheckReport.Of(path, ConfigLoader.Load(path)), Is.EqualTo($"""
            {path}: no faults, 0 warnings
            listens on * port 6432, /tmp/.s.PGSQL.6432
            5 settings not at the default:
              auth_file = {users} (default empty)
              listen_addr = * (default empty)
              pkt_buf = 8192 (default 4096; has no effect in pgmux)
              pool_mode = transaction (default session)
              worker_threads = 2 (default 1; unknown to PgBouncer)
            2 databases:
              *: the same name on /run/postgresql port 5432 as each client's own user, transaction mode, 20 servers per user
              app: real on h1,h2 port 5433 as user svc, transaction mode, 1 server per user
            1 user in auth_file, 1 user with settings of their own

            """));
    }

    [Test]
    [Property("Row", "Z06")]
    public void A_bad_file_lists_warnings_and_faults()
    {
        using var files = new ConfigFiles();
        var path = files.Write("pgmux.ini", "[pgbouncer]\nmin_pool_size = 30\nlisten_port = 70000\n");
        Assert.That(CheckReport.Of(path, ConfigLoader.Load(path)), Is.EqualTo($"""
            warning: {path}: neither auth_file nor auth_user is set, so no client can log in
            warning: {path}:2: min_pool_size 30 is above the pool size 20, which wins
            {path}:3: listen_port = 70000: listen_port must be a whole number from 0 to 65535
            {path}: 1 fault; pgmux would not start, and a reload would keep the configuration in use

            """));
    }
}
