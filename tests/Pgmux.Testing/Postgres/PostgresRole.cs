namespace Pgmux.Testing.Postgres;

/// <summary>The roles of a throw-away cluster. Each may use the database `app`; how a role logs in is in its name.</summary>
internal sealed record PostgresRole(string Name, string Password, string Method)
{
    /// <summary>Superuser, let in without a password.</summary>
    public static readonly PostgresRole Superuser = new("postgres", "", "trust");

    /// <summary>The ordinary role of most tests, owner of the database, let in without a password.</summary>
    public static readonly PostgresRole App = new("app", "", "trust");

    public static readonly PostgresRole Plain = new("app_plain", "plain-secret", "password");

    public static readonly PostgresRole Md5 = new("app_md5", "md5-secret", "md5");

    public static readonly PostgresRole Scram = new("app_scram", "scram-secret", "scram-sha-256");

    /// <summary>Known to the cluster only: no user list of a test names it.</summary>
    public static readonly PostgresRole Unlisted = new("app_unlisted", "unlisted-secret", "scram-sha-256");

    public static IReadOnlyList<PostgresRole> All { get; } = [App, Plain, Md5, Scram, Unlisted];

    public override string ToString() => Name;
}
