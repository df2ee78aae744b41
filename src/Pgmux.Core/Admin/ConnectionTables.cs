using System.Globalization;
using Pgmux.Core.Servers.Replication;
using Pgmux.Protocol;
using static Pgmux.Core.Admin.ConsoleColumn;

namespace Pgmux.Core.Admin;

/// <summary>SHOW CLIENTS and SHOW SERVERS.</summary>
internal static class ConnectionTables
{
    private static readonly ColumnDescription[] Columns =
    [
        Text("type"),
        Text("user"),
        Text("database"),
        Text("replication"),
        Text("state"),
        Text("addr"),
        Int4("port"),
        Text("local_addr"),
        Int4("local_port"),
        Text("connect_time"),
        Text("request_time"),
        Int4("wait"),
        Int4("wait_us"),
        Int4("close_needed"),
        Text("ptr"),
        Text("link"),
        Int4("remote_pid"),
        Text("tls"),
        Text("application_name"),
        Int4("prepared_statements"),
        Int4("id"),
    ];

    /// <summary>SHOW CLIENTS.</summary>
    public static readonly ShowCommand Clients
        = ShowCommand.Of("clients", Columns, source => source.GetClientsAsync(), (_, row) => ValuesOf(row));

    /// <summary>SHOW SERVERS.</summary>
    public static readonly ShowCommand Servers
        = ShowCommand.Of("servers", Columns, source => source.GetServersAsync(), (_, row) => ValuesOf(row));

    private static string?[] ValuesOf(ConnectionRow row) =>
    [
        row.IsServer ? "S" : "C",
        row.User ?? "(nouser)",
        row.Database ?? "(nodb)",
        NameOf(row.Replication),
        row.State,
        row.Address,
        Of(row.Port),
        row.LocalAddress,
        Of(row.LocalPort),
        Of(row.ConnectTime),
        Of(row.RequestTime ?? row.ConnectTime),
        Seconds(row.Wait),
        Microseconds(row.Wait),
        Of(row.CloseNeeded),
        Pointer(row.Id),
        row.Link == 0 ? "" : Pointer(row.Link),
        Of(row.RemoteProcessId),
        row.Tls,
        row.ApplicationName,
        Of(row.PreparedStatements),
        Of((int)row.Id),
    ];

    private static string NameOf(ReplicationKind kind) => kind switch
    {
        ReplicationKind.Physical => "physical",
        ReplicationKind.Logical => "logical",
        _ => "none",
    };

    // PgBouncer prints addresses in memory, which people only use to tell connections apart and to follow link to ptr.
    private static string Pointer(long id) => string.Create(CultureInfo.InvariantCulture, $"0x{id:x}");
}
