using System.Globalization;
using Pgmux.Core.Servers.Replication;
using Pgmux.Protocol;
using static Pgmux.Core.Admin.ConsoleColumn;

namespace Pgmux.Core.Admin;

/// <summary>SHOW CLIENTS, SERVERS, SOCKETS and ACTIVE_SOCKETS.</summary>
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

    // PgBouncer has one buffer per connection, with positions in it. Here what has been looked at is given back at once, so the bytes that
    // wait begin at 0; and unlike there, send_* tell of what is to be sent to this very connection.
    private static readonly ColumnDescription[] SocketColumns =
    [
        .. Columns,
        Int4("recv_pos"),
        Int4("pkt_pos"),
        Int4("pkt_remain"),
        Int4("send_pos"),
        Int4("send_remain"),
        Int4("pkt_avail"),
        Int4("send_avail"),
    ];

    /// <summary>SHOW CLIENTS.</summary>
    public static readonly ShowCommand Clients
        = ShowCommand.Of("clients", Columns, source => source.GetClientsAsync(), (_, row) => ValuesOf(row));

    /// <summary>SHOW SERVERS.</summary>
    public static readonly ShowCommand Servers
        = ShowCommand.Of("servers", Columns, source => source.GetServersAsync(), (_, row) => ValuesOf(row));

    /// <summary>SHOW SOCKETS.</summary>
    public static readonly ShowCommand Sockets
        = ShowCommand.Of("sockets", SocketColumns, source => source.GetSocketsAsync(), (_, row) => SocketValuesOf(row));

    /// <summary>SHOW ACTIVE_SOCKETS: those that have something in a buffer.</summary>
    public static readonly ShowCommand ActiveSockets
        = ShowCommand.Of("active_sockets", SocketColumns, GetBusyAsync, (_, row) => SocketValuesOf(row));

    private static async ValueTask<IReadOnlyList<ConnectionRow>> GetBusyAsync(IConsoleSource source)
        => [.. (await source.GetSocketsAsync()).Where(row => row.IsBusy)];

    private static string?[] SocketValuesOf(ConnectionRow row)
    {
        var unsent = Of((int)Math.Min(row.UnsentBytes, int.MaxValue));
        return
        [
            .. ValuesOf(row, SocketStateOf(row)),
            Of(row.UnreadBytes),
            "0",
            Of(row.MessageBytesToCome),
            "0",
            unsent,
            Of(row.UnreadBytes),
            unsent,
        ];
    }

    // The states have a prefix here, and two have other names.
    private static string SocketStateOf(ConnectionRow row) => (row.IsServer, row.State) switch
    {
        (true, "new") => "sv_login",
        (true, var state) => $"sv_{state}",
        (false, "idle") => "cl_active",
        (false, var state) => $"cl_{state}",
    };

    private static string?[] ValuesOf(ConnectionRow row) => ValuesOf(row, row.State);

    private static string?[] ValuesOf(ConnectionRow row, string state) =>
    [
        row.IsServer ? "S" : "C",
        row.User ?? "(nouser)",
        row.Database ?? "(nodb)",
        NameOf(row.Replication),
        state,
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
