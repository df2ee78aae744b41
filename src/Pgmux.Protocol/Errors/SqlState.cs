namespace Pgmux.Protocol;

/// <summary>Error codes that pgmux sends or looks at. Source: PostgreSQL manual, "PostgreSQL Error Codes".</summary>
public static class SqlState
{
    /// <summary>successful_completion: the code of notices.</summary>
    public const string SuccessfulCompletion = "00000";

    /// <summary>connection_exception</summary>
    public const string ConnectionException = "08000";

    /// <summary>sqlclient_unable_to_establish_sqlconnection</summary>
    public const string UnableToEstablishConnection = "08001";

    /// <summary>connection_does_not_exist</summary>
    public const string ConnectionDoesNotExist = "08003";

    /// <summary>sqlserver_rejected_establishment_of_sqlconnection</summary>
    public const string ConnectionRejected = "08004";

    /// <summary>connection_failure</summary>
    public const string ConnectionFailure = "08006";

    /// <summary>protocol_violation</summary>
    public const string ProtocolViolation = "08P01";

    /// <summary>feature_not_supported; also a cached plan whose result type has changed.</summary>
    public const string FeatureNotSupported = "0A000";

    /// <summary>invalid_parameter_value</summary>
    public const string InvalidParameterValue = "22023";

    /// <summary>active_sql_transaction</summary>
    public const string ActiveSqlTransaction = "25001";

    /// <summary>read_only_sql_transaction</summary>
    public const string ReadOnlySqlTransaction = "25006";

    /// <summary>in_failed_sql_transaction</summary>
    public const string InFailedSqlTransaction = "25P02";

    /// <summary>idle_in_transaction_session_timeout</summary>
    public const string IdleInTransactionSessionTimeout = "25P03";

    /// <summary>transaction_timeout</summary>
    public const string TransactionTimeout = "25P04";

    /// <summary>invalid_sql_statement_name: the prepared statement does not exist.</summary>
    public const string InvalidSqlStatementName = "26000";

    /// <summary>The same code under the name that says what pgmux uses it for.</summary>
    public const string UndefinedPreparedStatement = InvalidSqlStatementName;

    /// <summary>invalid_authorization_specification</summary>
    public const string InvalidAuthorizationSpecification = "28000";

    /// <summary>invalid_password</summary>
    public const string InvalidPassword = "28P01";

    /// <summary>invalid_cursor_name: the portal does not exist.</summary>
    public const string InvalidCursorName = "34000";

    /// <summary>invalid_catalog_name: the database does not exist.</summary>
    public const string InvalidCatalogName = "3D000";

    /// <summary>insufficient_privilege</summary>
    public const string InsufficientPrivilege = "42501";

    /// <summary>syntax_error</summary>
    public const string SyntaxError = "42601";

    /// <summary>undefined_object: among others an unknown run-time parameter.</summary>
    public const string UndefinedObject = "42704";

    /// <summary>duplicate_prepared_statement</summary>
    public const string DuplicatePreparedStatement = "42P05";

    /// <summary>insufficient_resources</summary>
    public const string InsufficientResources = "53000";

    /// <summary>disk_full</summary>
    public const string DiskFull = "53100";

    /// <summary>out_of_memory</summary>
    public const string OutOfMemory = "53200";

    /// <summary>too_many_connections</summary>
    public const string TooManyConnections = "53300";

    /// <summary>program_limit_exceeded</summary>
    public const string ProgramLimitExceeded = "54000";

    /// <summary>object_not_in_prerequisite_state</summary>
    public const string ObjectNotInPrerequisiteState = "55000";

    /// <summary>query_canceled</summary>
    public const string QueryCanceled = "57014";

    /// <summary>admin_shutdown</summary>
    public const string AdminShutdown = "57P01";

    /// <summary>crash_shutdown</summary>
    public const string CrashShutdown = "57P02";

    /// <summary>cannot_connect_now: the server starts, stops or recovers.</summary>
    public const string CannotConnectNow = "57P03";

    /// <summary>database_dropped</summary>
    public const string DatabaseDropped = "57P04";

    /// <summary>idle_session_timeout</summary>
    public const string IdleSessionTimeout = "57P05";

    /// <summary>config_file_error</summary>
    public const string ConfigFileError = "F0000";

    /// <summary>internal_error; stands in for a code that the server left out.</summary>
    public const string InternalError = "XX000";
}
