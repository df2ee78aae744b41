using System.Globalization;
using System.Text;
using Pgmux.Testing.Postgres;

namespace Pgmux.Testing.Processes;

/// <summary>What a test writes into pgmux's ini file and user list.</summary>
internal sealed record PgmuxSettings
{
    /// <summary>The variable with the event engine of every pgmux whose test does not choose one itself; tests/run.sh sets it.</summary>
    public const string EngineVariable = "PGMUX_EVENT_ENGINE";

    /// <summary>Lines of [databases] by name.</summary>
    public required IReadOnlyDictionary<string, string> Databases { get; init; }

    /// <summary>Lines of [users] by name.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>Lines of [peers] by id.</summary>
    public IReadOnlyDictionary<string, string> Peers { get; init; } = new Dictionary<string, string>();

    /// <summary>Keys of [pgbouncer] beyond those of the rig; they win over the rig's.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The user list: secrets by user.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>The HBA file; with it, auth_type is hba.</summary>
    public string? Hba { get; init; }

    /// <summary>The ident file.</summary>
    public string? Ident { get; init; }

    /// <summary>Further files of the folder by name: what the others name.</summary>
    public IReadOnlyDictionary<string, string> MoreFiles { get; init; } = new Dictionary<string, string>();

    /// <summary>Every database of the cluster under its own name, transaction pooling, trusted clients, all listed roles.</summary>
    public static PgmuxSettings For(PostgresCluster cluster, params (string Key, string Value)[] settings) => new()
    {
        Databases = new Dictionary<string, string> { ["*"] = $"host=127.0.0.1 port={cluster.Port}" },
        Secrets = new Dictionary<string, string>(
            PostgresRole.All.Where(role => role != PostgresRole.Unlisted).Append(PostgresRole.Superuser)
                .Select(role => KeyValuePair.Create(role.Name, role.Password)))
        {
            ["admin"] = "admin-secret",
            ["watcher"] = "watcher-secret",
        },
        Settings = settings.ToDictionary(setting => setting.Key, setting => setting.Value),
    };

    public string Ini(string folder, int port)
    {
        var keys = new Dictionary<string, string>
        {
            ["listen_addr"] = "127.0.0.1",
            ["listen_port"] = port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_dir"] = folder,
            ["auth_type"] = "trust",
            ["auth_file"] = Path.Combine(folder, "userlist.txt"),
            ["admin_users"] = "admin",
            ["stats_users"] = "watcher",
            ["pool_mode"] = "transaction",
            ["max_client_conn"] = "1000",

            // Whoever waits for longer than its default would be told so between what a test expects.
            ["query_wait_notify"] = "0",
        };
        if (Environment.GetEnvironmentVariable(EngineVariable) is { Length: > 0 } engine)
        {
            keys["event_engine"] = engine;
        }

        if (Hba is not null)
        {
            keys["auth_type"] = "hba";
            keys["auth_hba_file"] = Path.Combine(folder, "hba.conf");
        }

        if (Ident is not null)
        {
            keys["auth_ident_file"] = Path.Combine(folder, "ident.conf");
        }

        foreach (var (key, value) in Settings)
        {
            keys[key] = value;
        }

        var ini = new StringBuilder();
        Section(ini, "databases", Databases);
        Section(ini, "users", Users);
        Section(ini, "peers", Peers);
        Section(ini, "pgbouncer", keys);
        return ini.ToString();
    }

    /// <summary>The files, as they stand in their folder.</summary>
    public IEnumerable<(string Name, string Content)> Files(string folder, int port)
    {
        yield return ("pgmux.ini", Ini(folder, port));
        yield return ("userlist.txt", UserList());
        if (Hba is not null)
        {
            yield return ("hba.conf", Hba);
        }

        if (Ident is not null)
        {
            yield return ("ident.conf", Ident);
        }

        foreach (var (name, content) in MoreFiles)
        {
            yield return (name, content);
        }
    }

    public string UserList() => string.Concat(Secrets.Select(secret => $"\"{secret.Key}\" \"{secret.Value}\"\n"));

    private static void Section(StringBuilder ini, string name, IReadOnlyDictionary<string, string> lines)
    {
        if (lines.Count > 0)
        {
            ini.Append(CultureInfo.InvariantCulture, $"[{name}]\n");
            foreach (var (key, value) in lines)
            {
                ini.Append(CultureInfo.InvariantCulture, $"{key} = {value}\n");
            }
        }
    }
}
