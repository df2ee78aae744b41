using System.Diagnostics;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>
/// The only place where an outcome becomes words on the wire: PgBouncer's text, which people's scripts look for, with
/// PostgreSQL's SQLSTATE, which drivers decide by.
/// </summary>
internal static class ClientErrors
{
    /// <summary>A client asks for too much at once.</summary>
    public static ErrorFields TooManyClients { get; } =
        ErrorFields.Fatal(SqlState.TooManyConnections, "no more connections allowed (max_client_conn)");

    /// <summary>A database has as many clients as it may.</summary>
    public static ErrorFields TooManyClientsOfDatabase { get; } =
        ErrorFields.Fatal(SqlState.TooManyConnections, "client connections exceeded (max_db_client_connections)");

    /// <summary>A user has as many clients as it may.</summary>
    public static ErrorFields TooManyClientsOfUser { get; } =
        ErrorFields.Fatal(SqlState.TooManyConnections, "client connections exceeded (max_user_client_connections)");

    /// <summary>What the configuration says cannot be done; the log says what.</summary>
    public static ErrorFields ConfigurationError { get; } = ErrorFields.Fatal(SqlState.ConfigFileError, "bouncer config error");

    /// <summary>A login in clear where client_tls_sslmode demands TLS.</summary>
    public static ErrorFields TlsRequired { get; } = ErrorFields.Fatal(SqlState.ProtocolViolation, "SSL required");

    /// <summary>A replication connection to the console, once it is known who wants it.</summary>
    public static ErrorFields NoReplicationOfConsole { get; } =
        ErrorFields.Fatal(SqlState.FeatureNotSupported, "there are no replication connections to the console");

    /// <summary>client_login_timeout has passed.</summary>
    public static ErrorFields LoginTimedOut { get; } = ErrorFields.Fatal(SqlState.ProtocolViolation, "client_login_timeout");

    /// <summary>client_idle_timeout has passed.</summary>
    public static ErrorFields IdleTimedOut { get; } = ErrorFields.Fatal(SqlState.IdleSessionTimeout, "client_idle_timeout");

    /// <summary>idle_transaction_timeout has passed.</summary>
    public static ErrorFields IdleTransactionTimedOut { get; } =
        ErrorFields.Fatal(SqlState.IdleInTransactionSessionTimeout, "idle transaction timeout");

    /// <summary>transaction_timeout has passed.</summary>
    public static ErrorFields TransactionTimedOut { get; } = ErrorFields.Fatal(SqlState.TransactionTimeout, "transaction timeout");

    /// <summary>query_timeout has passed on a server.</summary>
    public static ErrorFields QueryTimedOut { get; } = ErrorFields.Fatal(SqlState.QueryCanceled, "query timeout");

    /// <summary>query_timeout has passed without a server.</summary>
    public static ErrorFields QueryTimedOutInQueue { get; } = ErrorFields.Fatal(SqlState.QueryCanceled, "query_timeout");

    /// <summary>query_wait_notify has passed without a server. "postgres" is a part of PgBouncer's text.</summary>
    public static ErrorFields Queued { get; } = ErrorFields.Notice("No server connection available in postgres backend, client being queued");

    /// <summary>A simple query with disable_pqexec.</summary>
    public static ErrorFields SimpleQueryRefused { get; } = ErrorFields.Fatal(SqlState.FeatureNotSupported, "PQexec disallowed");

    /// <summary>A transaction block in statement mode.</summary>
    public static ErrorFields TransactionInStatementMode { get; } =
        ErrorFields.Fatal(SqlState.FeatureNotSupported, "transaction blocks not allowed in statement pooling mode");

    /// <summary>A startup parameter replication that is neither a boolean nor database. PostgreSQL's text.</summary>
    public static ErrorFields InvalidReplication(string value) =>
        ErrorFields.Fatal(SqlState.InvalidParameterValue, $"invalid value for parameter \"replication\": \"{value}\"");

    /// <summary>The client's wait for a server was cancelled by itself. PostgreSQL's text.</summary>
    public static ErrorFields Cancelled { get; } =
        ErrorFields.Error(SqlState.QueryCanceled, "canceling statement due to user request");

    /// <summary>pgmux stops while the client is connected.</summary>
    public static ErrorFields ShuttingDown { get; } = ErrorFields.Fatal(SqlState.AdminShutdown, "server shutting down");

    /// <summary>A login while pgmux stops.</summary>
    public static ErrorFields LoginWhileShuttingDown { get; } =
        ErrorFields.Fatal(SqlState.CannotConnectNow, "pooler is shutting down");

    /// <summary>The database was taken out of the configuration.</summary>
    public static ErrorFields DatabaseRemoved { get; } = ErrorFields.Fatal(SqlState.AdminShutdown, "database removed");

    /// <summary>SUSPEND, and the client did not come to rest within suspend_timeout.</summary>
    public static ErrorFields SuspendTimedOut { get; } = ErrorFields.Fatal(SqlState.AdminShutdown, "suspend_timeout");

    /// <summary>KILL_CLIENT.</summary>
    public static ErrorFields Killed { get; } = ErrorFields.Fatal(SqlState.AdminShutdown, "admin forced disconnect");

    /// <summary>A named statement, or SQL on one, that is too long to be kept or read as a whole.</summary>
    public static ErrorFields StatementTooLong { get; } = ErrorFields.Error(
        SqlState.ProgramLimitExceeded, $"prepared statements with names may have {StatementRewriter.TextBytesLimit} bytes, unnamed ones more");

    /// <summary>All of prepared_statement_memory is in use.</summary>
    public static ErrorFields NoRoomForStatement { get; } = ErrorFields.Error(
        SqlState.OutOfMemory, "no room for another prepared statement (prepared_statement_memory)");

    /// <summary>A fault of ours; the log has the details.</summary>
    public static ErrorFields InternalError { get; } =
        ErrorFields.Fatal(SqlState.InternalError, "internal error, see the log of the pooler");

    /// <summary>A user that is neither in admin_users nor in stats_users.</summary>
    public static ErrorFields NotAllowedOnConsole { get; } =
        ErrorFields.Fatal(SqlState.InvalidAuthorizationSpecification, "not allowed");

    /// <summary>No entry of [databases] serves this name.</summary>
    public static ErrorFields NoSuchDatabase(string name) =>
        ErrorFields.Fatal(SqlState.InvalidCatalogName, $"no such database: {name}");

    /// <summary>DISABLE. The code is PostgreSQL's for a database that takes no connections.</summary>
    public static ErrorFields DatabaseDisabled(string name) =>
        ErrorFields.Fatal(SqlState.ObjectNotInPrerequisiteState, $"database \"{name}\" is disabled");

    /// <summary>DISABLE of the database in which auth_query would ask for the user.</summary>
    public static ErrorFields AuthenticationDatabaseDisabled(string name) =>
        ErrorFields.Fatal(SqlState.ObjectNotInPrerequisiteState, $"authentication database \"{name}\" is disabled");

    /// <summary>The client broke the protocol.</summary>
    public static ErrorFields ProtocolViolation(string message) => ErrorFields.Fatal(SqlState.ProtocolViolation, message);

    /// <summary>A run-time parameter that pgmux does not take at the login.</summary>
    public static ErrorFields UnsupportedStartupParameter(string name) =>
        ErrorFields.Fatal(SqlState.UndefinedObject, $"unsupported startup parameter: {name}");

    /// <summary>The same inside <c>options</c>.</summary>
    public static ErrorFields UnsupportedStartupOption(string name) =>
        ErrorFields.Fatal(SqlState.UndefinedObject, $"unsupported startup parameter in options: {name}");

    /// <summary>Why a client that waited for a server got none.</summary>
    public static ErrorFields For(LeaseOutcome outcome, ErrorFields? server) => outcome switch
    {
        LeaseOutcome.WaitTimedOut => ErrorFields.Fatal(SqlState.TooManyConnections, "query_wait_timeout"),
        LeaseOutcome.LoginRefused when server is not null => server.AsFatal(),
        LeaseOutcome.LoginFailing when LoginThrottle.IsPermanent(server) => server!.AsFatal(),
        LeaseOutcome.LoginFailing when server is not null => ErrorFields.Fatal(
            SqlState.ConnectionFailure, $"server login has been failing, cached error: {server.Message} (server_login_retry)"),
        LeaseOutcome.LoginRefused or LeaseOutcome.LoginFailing => ErrorFields.Fatal(
            SqlState.ConnectionFailure, "server login has been failing, try again later (server_login_retry)"),
        LeaseOutcome.DatabaseRemoved => DatabaseRemoved,
        LeaseOutcome.ShuttingDown => ShuttingDown,
        _ => throw new UnreachableException($"{outcome} is not an error"),
    };

    /// <summary>Why a replication client got no server of its own: PgBouncer's two words, with what the server has said as the detail.</summary>
    public static ErrorFields ForReplication(LeaseOutcome outcome, ErrorFields? server) => outcome == LeaseOutcome.LoginRefused && server is not null
        ? ErrorFields.Fatal(server.SqlState, "login failed").WithDetail(server.Message)
        : For(outcome, server);

    /// <summary>Why a client lost the server that it held.</summary>
    public static ErrorFields For(ServerCloseReason reason, ErrorFields? server) => reason switch
    {
        ServerCloseReason.Crashed when server is not null => server.AsFatal(),
        ServerCloseReason.ProtocolViolation => ErrorFields.Fatal(SqlState.ProtocolViolation, reason.Describe()),
        ServerCloseReason.ShuttingDown => ShuttingDown,
        ServerCloseReason.InternalError => InternalError,
        ServerCloseReason.Crashed => ErrorFields.Fatal(SqlState.ConnectionFailure, reason.Describe()),
        _ => ErrorFields.Fatal(SqlState.AdminShutdown, reason.Describe()),
    };

    /// <summary>A server refused one of the client's run-time parameters.</summary>
    public static ErrorFields ParameterRefused(ErrorFields server) => ErrorFields
        .Fatal(server.SqlState, "invalid server parameter")
        .WithDetail(server.Message);

    /// <summary>A client has bound too many statements that are EXECUTE and its kin in one transaction.</summary>
    public static ErrorFields TooManyCommandPortals { get; } = ErrorFields.Error(
        SqlState.ProgramLimitExceeded, $"more than {CommandPortals.Limit} portals of PREPARE, EXECUTE or DEALLOCATE in one transaction");

    /// <summary>A client prepares a statement under a name that it has given already. PostgreSQL's text.</summary>
    public static ErrorFields StatementExists(string name) => ErrorFields.Error(
        SqlState.DuplicatePreparedStatement, $"prepared statement \"{name}\" already exists");

    /// <summary>A client has as many statements as it may.</summary>
    public static ErrorFields TooManyStatements(int limit) => ErrorFields.Error(
        SqlState.ProgramLimitExceeded, $"more than {limit} prepared statements (max_client_prepared_statements)");
}
