using static Pgmux.Core.Configuration.SettingRow;

namespace Pgmux.Core.Configuration;

/// <summary>Settings of prepared statements. Only the first is PgBouncer's.</summary>
internal static class StatementSettings
{
    /// <summary>The rows.</summary>
    public static readonly Setting[] All =
    [
        Count("max_prepared_statements", "200", o => o.MaxPreparedStatements, (o, v) => o with { MaxPreparedStatements = v }),
        Flag("share_unnamed_statements", "0", o => o.SharesUnnamedStatements, (o, v) => o with { SharesUnnamedStatements = v }),

        // What clients may make pgmux keep has an end; none of the two can be switched off by a 0.
        Row(
            "max_client_prepared_statements",
            "10000",
            new IntegerType(1, int.MaxValue),
            o => o.MaxClientPreparedStatements,
            (o, v) => o with { MaxClientPreparedStatements = v }),
        Row(
            "prepared_statement_memory",
            "268435456",
            new ByteCountType(1, long.MaxValue),
            o => o.PreparedStatementMemory,
            (o, v) => o with { PreparedStatementMemory = v }),
    ];
}
