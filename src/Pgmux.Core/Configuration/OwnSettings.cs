using System.Collections.Frozen;

namespace Pgmux.Core.Configuration;

/// <summary>Settings of [pgbouncer] that PgBouncer does not know: a file that names one is no longer a file for both.</summary>
internal static class OwnSettings
{
    /// <summary>Their names.</summary>
    public static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
    [
        "auth_failure_delay",
        "auth_max_failures",
        "auth_query_cache_age",
        "client_tls_crl_file",
        "client_tls_sni_dir",
        "event_engine",
        "log_format",
        "max_client_prepared_statements",
        "password_command",
        "password_command_timeout",
        "password_command_ttl",
        "peers_dns",
        "prepared_statement_memory",
        "proxy_protocol_from",
        "server_max_protocol_version",
        "server_tls_crl_file",
        "server_tls_negotiation",
        "share_unnamed_statements",
        "shutdown_drain_timeout",
        "worker_threads",
    ]);
}
