using Pgmux.Protocol;
using static Pgmux.Core.Admin.ConsoleColumn;

namespace Pgmux.Core.Admin;

/// <summary>SHOW MEM and SHOW FDS: what of the machine is held.</summary>
internal static class SocketTables
{
    private const short VaryingSize = -1;

    /// <summary>SHOW MEM.</summary>
    public static readonly ShowCommand Memory = ShowCommand.Of(
        "mem",
        [Text("name"), Int4("size"), Int4("used"), Int4("free"), Int4("memtotal")],
        source => source.GetMemoryAsync(),
        (_, row) => [row.Name, Fitting(row.Size), Fitting(row.Used), Fitting(row.Free), Fitting(row.TotalBytes)]);

    /// <summary>
    /// SHOW FDS. PgBouncer prints cancel keys, passwords and keys of SCRAM here, which the process that takes over needs from it. No output
    /// of pgmux has a secret, so those columns are NULL.
    /// </summary>
    public static readonly ShowCommand Descriptors = ShowCommand.Of(
        "fds",
        [
            Int4("fd"),
            Text("task"),
            Text("user"),
            Text("database"),
            Text("addr"),
            Int4("port"),
            Int8("cancel"),
            Int4("link"),
            Text("client_encoding"),
            Text("std_strings"),
            Text("datestyle"),
            Text("timezone"),
            Text("password"),
            Bytea("scram_client_key"),
            Bytea("scram_server_key"),
        ],
        source => source.GetDescriptorsAsync(),
        (_, row) =>
        [
            Of(row.Descriptor),
            row.Task,
            row.User,
            row.Database,
            row.Address,
            Of(row.Port),
            null,
            Of(row.Link),
            row.ClientEncoding,
            row.StandardConformingStrings,
            row.DateStyle,
            row.TimeZone,
            null,
            null,
            null,
        ],
        ConsoleRights.Administer);

    // The columns are of PgBouncer's type, which ends at 2 GiB.
    private static string Fitting(long value) => Of(Math.Min(value, int.MaxValue));

    private static ColumnDescription Bytea(string name) => new(name, TypeOid.Bytea, VaryingSize);
}
