using Pgmux.Core.Admin;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Admin;

/// <summary>Names, order and types of the columns, as dashboards written for PgBouncer read them.</summary>
[TestFixture]
internal sealed class ConsoleTablesTests
{
    private const string ConnectionColumns =
        "type:25,user:25,database:25,replication:25,state:25,addr:25,port:23,local_addr:25,local_port:23,connect_time:25,"
        + "request_time:25,wait:23,wait_us:23,close_needed:23,ptr:25,link:25,remote_pid:23,tls:25,application_name:25,"
        + "prepared_statements:23,id:23";

    private const string BufferColumns =
        ",recv_pos:23,pkt_pos:23,pkt_remain:23,send_pos:23,send_remain:23,pkt_avail:23,send_avail:23";

    private static readonly TestCaseData[] Columns =
    [
        new("version", "version:25"),
        new("clients", ConnectionColumns),
        new("servers", ConnectionColumns),
        new("sockets", ConnectionColumns + BufferColumns),
        new("active_sockets", ConnectionColumns + BufferColumns),
        new("mem", "name:25,size:23,used:23,free:23,memtotal:23"),
        new("fds",
            "fd:23,task:25,user:25,database:25,addr:25,port:23,cancel:20,link:23,client_encoding:25,std_strings:25,datestyle:25,"
            + "timezone:25,password:25,scram_client_key:17,scram_server_key:17"),
        new("pools",
            "database:25,user:25,cl_active:23,cl_waiting:23,cl_active_cancel_req:23,cl_waiting_cancel_req:23,sv_active:23,"
            + "sv_active_cancel:23,sv_being_canceled:23,sv_idle:23,sv_used:23,sv_tested:23,sv_login:23,maxwait:23,maxwait_us:23,"
            + "pool_mode:25,load_balance_hosts:25"),
        new("databases",
            "name:25,host:25,port:23,database:25,force_user:25,pool_size:23,min_pool_size:23,reserve_pool_size:23,"
            + "server_lifetime:23,pool_mode:25,load_balance_hosts:25,max_connections:23,current_connections:23,"
            + "max_client_connections:23,current_client_connections:23,paused:23,disabled:23"),
        new("users",
            "name:25,pool_size:25,reserve_pool_size:25,pool_mode:25,max_user_connections:23,current_connections:23,"
            + "max_user_client_connections:23,current_client_connections:23"),
        new("stats",
            "database:25,total_server_assignment_count:1700,total_xact_count:1700,total_query_count:1700,total_received:1700,"
            + "total_sent:1700,total_xact_time:1700,total_query_time:1700,total_wait_time:1700,total_client_parse_count:1700,"
            + "total_server_parse_count:1700,total_bind_count:1700,avg_server_assignment_count:1700,avg_xact_count:1700,"
            + "avg_query_count:1700,avg_recv:1700,avg_sent:1700,avg_xact_time:1700,avg_query_time:1700,avg_wait_time:1700,"
            + "avg_client_parse_count:1700,avg_server_parse_count:1700,avg_bind_count:1700"),
        new("stats_totals",
            "database:25,server_assignment_count:1700,xact_count:1700,query_count:1700,bytes_received:1700,bytes_sent:1700,"
            + "xact_time:1700,query_time:1700,wait_time:1700,client_parse_count:1700,server_parse_count:1700,bind_count:1700"),
        new("stats_averages",
            "database:25,server_assignment_count:1700,xact_count:1700,query_count:1700,bytes_received:1700,bytes_sent:1700,"
            + "xact_time:1700,query_time:1700,wait_time:1700,avg_client_parse_count:1700,avg_server_parse_count:1700,"
            + "avg_bind_count:1700"),
        new("totals", "name:25,value:1700"),
        new("prepared_statements", "name:25,users:20,servers:20,bytes:20,hits:20,query:25"),
        new("lists", "list:25,items:23"),
        new("config", "key:25,value:25,default:25,changeable:25"),
        new("state", "key:25,value:25"),
        new("dns_hosts", "hostname:25,ttl:20,addrs:25"),
        new("dns_zones", "zonename:25,serial:20,count:23"),
        new("peers", "peer_id:23,host:25,port:23,pool_size:23"),
        new("peer_pools", "peer_id:23,cl_active_cancel_req:23,cl_waiting_cancel_req:23,sv_active_cancel:23,sv_login:23"),
    ];

    [TestCaseSource(nameof(Columns))]
    public async Task Columns_are_those_of_PgBouncer(string word, string columns)
    {
        var replies = await new ConsoleRig().QueryAsync($"SHOW {word}");
        Assert.That(replies[0], Is.EqualTo($"T({columns})"));
    }

    [Test]
    public void Every_table_that_is_built_has_its_columns_tested()
        => Assert.That(
            Columns.Select(data => data.Arguments[0]),
            Is.EquivalentTo(ShowCommands.All.Select(show => show.Word)));

    [Test]
    public async Task A_connection_is_shown_as_PgBouncer_shows_it()
    {
        var rig = new ConsoleRig();
        rig.Source.Clients.Add(new ConnectionRow
        {
            IsServer = false,
            User = "app",
            Database = "shop",
            State = "waiting",
            Address = "10.0.0.1",
            Port = 5000,
            LocalAddress = "10.0.0.2",
            LocalPort = 6432,
            ConnectTime = new DateTimeOffset(2026, 11, 20, 13, 0, 0, TimeSpan.Zero),
            RequestTime = new DateTimeOffset(2026, 11, 20, 13, 0, 1, TimeSpan.Zero),
            Wait = TimeSpan.FromMilliseconds(1250),
            Link = 7,
            ApplicationName = "web",
            PreparedStatements = 12,
            Id = 255,
        });
        Assert.That(await rig.QueryAsync("SHOW CLIENTS"), Has.Member(
            "D(C,app,shop,none,waiting,10.0.0.1,5000,10.0.0.2,6432,2026-11-20 13:00:00 UTC,2026-11-20 13:00:01 UTC,1,250000,0,0xff,0x7,0,,web,12,255)"));
    }

    [Test]
    public async Task Sockets_have_states_of_their_own_and_what_waits_in_buffers()
    {
        var rig = new ConsoleRig();
        foreach (var state in new[] { "active", "idle", "waiting", "login" })
        {
            rig.Source.Clients.Add(new ConnectionRow { IsServer = false, State = state, Address = "unix", Id = 1 });
        }

        foreach (var state in new[] { "active", "idle", "tested", "new" })
        {
            rig.Source.Servers.Add(new ConnectionRow { IsServer = true, State = state, Address = "unix", Id = 2 });
        }

        rig.Source.Servers.Add(new ConnectionRow
        {
            IsServer = true,
            State = "active",
            Address = "unix",
            Id = 3,
            UnreadBytes = 5,
            MessageBytesToCome = 6,
            UnsentBytes = 7,
        });
        var sockets = (await rig.QueryAsync("SHOW SOCKETS"))[1..^2];
        Assert.That(sockets.Select(row => row[2..^1].Split(',')[4]), Is.EqualTo(new[]
        {
            "cl_active", "cl_active", "cl_waiting", "cl_login", "sv_active", "sv_idle", "sv_tested", "sv_login", "sv_active",
        }));
        Assert.That(sockets[0], Does.EndWith(",1,0,0,0,0,0,0,0)"));
        Assert.That(sockets[^1], Does.EndWith(",3,5,0,6,0,7,5,7)"));
        Assert.That((await rig.QueryAsync("SHOW ACTIVE_SOCKETS"))[1..^2], Is.EqualTo(sockets[^1..]));
    }

    [Test]
    public async Task Memory_above_what_a_column_holds_is_cut()
    {
        var rig = new ConsoleRig();
        rig.Source.Memory.Add(MemoryRow.OfBlocks("iobuf_cache", 16384, 3, 5));
        rig.Source.Memory.Add(MemoryRow.OfBlocks("managed_heap", 1024, 4_000_000, 1));
        Assert.That((await rig.QueryAsync("SHOW MEM"))[1..^2], Is.EqualTo(new[]
        {
            "D(iobuf_cache,16384,3,5,131072)", "D(managed_heap,1024,4000000,1,2147483647)",
        }));
    }

    [Test]
    [Property("Row", "I11")]
    public async Task Descriptors_come_without_secrets()
    {
        var rig = new ConsoleRig();
        rig.Source.Descriptors.Add(new DescriptorRow
        {
            Descriptor = 9,
            Task = "client",
            User = "u",
            Database = "d",
            Address = "::1",
            Port = 5,
            Link = 11,
            ClientEncoding = "UTF8",
            StandardConformingStrings = "on",
            DateStyle = "ISO",
            TimeZone = "UTC",
        });
        Assert.That((await rig.QueryAsync("SHOW FDS"))[1], Is.EqualTo("D(9,client,u,d,::1,5,NULL,11,UTF8,on,ISO,UTC,NULL,NULL,NULL)"));
    }

    [Test]
    public async Task Databases_show_the_limits_in_use()
    {
        var rig = new ConsoleRig();
        rig.Source.Config = new ConfigSnapshot { Options = new PgmuxOptions { DefaultPoolSize = 9, MaxDbConnections = 50 } };
        rig.Source.Databases.Add(new DatabaseRow(new DatabaseOptions { Name = "a", Hosts = ["h1", "h2"], User = "u", PoolMode = PoolMode.Statement }, 3, 4));
        rig.Source.Databases.Add(new DatabaseRow(new DatabaseOptions { Name = "b", DatabaseName = "real", PoolSize = 2, MinPoolSize = 1 }, 0, 0, IsPaused: true));
        Assert.That((await rig.QueryAsync("SHOW DATABASES"))[1..3], Is.EqualTo(new[]
        {
            "D(a,h1,h2,5432,a,u,9,0,0,3600,statement,round-robin,50,3,0,4,0,0)",
            "D(b,NULL,5432,real,NULL,2,1,0,3600,NULL,NULL,50,0,0,0,1,0)",
        }));
    }

    [Test]
    public async Task Totals_are_summed_over_databases()
    {
        var rig = new ConsoleRig();
        rig.Source.Stats.Add(new StatsRow("a", new StatsValues { QueryCount = 2, Received = 10, ClientParseCount = 6 }, new StatsValues { QueryCount = 1 }));
        rig.Source.Stats.Add(new StatsRow("b", new StatsValues { QueryCount = 3, BindCount = 4, ServerParseCount = 1 }, new StatsValues { QueryCount = 1, BindCount = 3 }));
        var replies = await rig.QueryAsync("SHOW TOTALS");
        Assert.That(replies, Has.Length.EqualTo(1 + 22 + 2));
        Assert.That(replies, Is.SupersetOf(new[]
        {
            "D(total_query_count,5)", "D(total_client_bytes,10)", "D(avg_query_count,2)", "D(avg_server_bytes,0)",
            "D(total_ps_client_parse_count,6)", "D(total_ps_server_parse_count,1)", "D(total_ps_bind_count,4)", "D(avg_ps_bind_count,3)",
        }));
    }

    [Test]
    public async Task Lists_have_PgBouncers_rows_in_its_order()
    {
        var replies = await new ConsoleRig().QueryAsync("SHOW LISTS");
        Assert.That(replies[1..^2].Select(row => row[2..row.IndexOf(',', StringComparison.Ordinal)]), Is.EqualTo(new[]
        {
            "databases", "users", "peers", "pools", "peer_pools", "free_clients", "used_clients", "login_clients", "free_servers",
            "used_servers", "dns_names", "dns_zones", "dns_queries", "dns_pending",
        }));
    }

    [Test]
    public async Task Config_lists_every_setting_in_order_with_value_and_default()
    {
        var rig = new ConsoleRig();
        rig.Source.Config = new ConfigSnapshot { FilePath = "/etc/x.ini", Options = new PgmuxOptions { ListenPort = 7000, UnixSocketMode = (UnixFileMode)448 } };
        var replies = await rig.QueryAsync("SHOW CONFIG");
        var keys = replies[1..^2].Select(row => row[2..row.IndexOf(',', StringComparison.Ordinal)]).ToArray();
        Assert.That(keys, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
        Assert.That(keys, Has.Length.EqualTo(SettingTable.All.Count));
        Assert.That(replies, Is.SupersetOf(new[]
        {
            "D(listen_port,7000,6432,no)", "D(conffile,/etc/x.ini,NULL,yes)", "D(auth_user,NULL,NULL,yes)", "D(unix_socket_mode,448,0777,no)",
            "D(server_lifetime,3600,3600,yes)", "D(pool_mode,session,session,yes)",
        }));
    }
}
