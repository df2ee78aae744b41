using System.Text;
using Pgmux.Core.Configuration;
using Pgmux.Core.Tests.Configuration;
using Pgmux.Protocol;
using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>Configuration files: a snapshot or faults with their places, never an exception, and what is printed reads back as it was.</summary>
internal sealed class ConfigTarget : FuzzTarget, IDisposable
{
    /// <summary>Stands in an input for the folder that the files are in.</summary>
    private const string Folder = "@DIR@";

    private readonly ConfigFiles _files = new();

    public ConfigTarget()
    {
        _files.Write("userlist.txt", "\"alice\" \"secret-a\"\n");
        _files.Write("more.ini", "[databases]\nmore = host=127.0.0.1\n");
        _files.Write("broken.ini", "[databases\nmore\n=\n%include broken.ini\n");
    }

    public override string Name => "Config";

    public override int MostBytes => 8 * 1024;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Bytes($"[databases]\n* = host=127.0.0.1\n[pgbouncer]\nlisten_addr = 0.0.0.0\npool_mode = transaction\nauth_type = scram-sha-256\nauth_file = {Folder}/userlist.txt\n"),
        Bytes($"; all\n[databases]\na = host=/tmp port=5433 dbname='x y' user=u password='it''s' pool_size=3 connect_query='SELECT 1' timezone=UTC\n'q\"x' = host=h1,h2\n\"d\" =\n"
            + $"[users]\nalice = pool_mode=session max_user_connections=1\n[pgbouncer]\nauth_type=any\nlisten_addr=\nunix_socket_dir=/tmp\n"),
        Bytes($"[pgbouncer]\n%include {Folder}/more.ini\n[pgbouncer]\nlisten_addr = *\nmax_client_conn = 0x10\nserver_lifetime = 1e3\nunix_socket_mode = 0777\n"),
        Bytes($"%include {Folder}/broken.ini\n%include {Folder}\n%include {Folder}/none.ini\n%include\n"),
        Bytes("[peers]\n1 = host=x\n[nonsense]\na = b\n[pgbouncer]\nlisten_prot = 1\nlisten_port = 99999\npool_mode = all\nadmin_users = a,, b ,c\n"),
        Bytes("[databases]\npgbouncer = host=x\n* = load_balance_hosts=round-robin reserve_pool=1 auth_query=x\n[pgbouncer]\nauth_file = /dev/null\n"),
        [0xEF, 0xBB, 0xBF, .. "[pgbouncer]\r\n"u8],
        [.. "[pgbouncer]\nlogfile = a\0b\n"u8],
        [.. "[pgbouncer]\njob_name = \xC3\xA9\xFF\n"u8],
        Bytes($"[databases]\nhosts = host={string.Join(',', Enumerable.Range(0, 300).Select(n => $"h{n}.example.com"))}\n[pgbouncer]\n"),
        Bytes("key = value\n[pgbouncer\nx\n= y\n'a = b\n[databases] a = host=x\n"),
        .. SettingTable.All.Chunk(10).Select(settings => Bytes("[pgbouncer]\n" + string.Concat(settings.Select(setting => $"{setting.Name} = {setting.DefaultText}\n")))),
    ];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        .. new[] { "[databases]\n", "[users]\n", "[pgbouncer]\n", "[peers]\n", "%include ", Folder + "/more.ini", "host=", "password=", "user=", "''", "'", "\n", "\r\n", " = ", "*", ";", "#" }.Select(Bytes),
        .. SettingTable.All.Select(setting => Bytes($"\n{setting.Name} = ")),
        .. DatabaseKeys.All.Select(key => Bytes($" {key.Name}=")),
        .. UserKeys.All.Select(key => Bytes($" {key.Name}=")),
        .. new[] { "-1", "0", "1", "2147483647", "2147483648", "-2147483649", "1e308", "nan", "0x7fffffff", "08", "1.5", "session", "statement", "any", "hba" }.Select(Bytes),
    ];

    public override string Run(byte[] input)
    {
        var content = WireText.Encode(WireText.Decode(input).Replace(Folder, Path.GetDirectoryName(_files.PathOf("x")), StringComparison.Ordinal));
        var path = _files.Write("pgmux.ini", content);
        var result = ConfigLoader.Load(path);
        CheckResult(result);
        if (result.Snapshot is { } snapshot)
        {
            CheckSettings(snapshot.Options);
            CheckPrinted(path, snapshot);
        }

        return result.Snapshot is null
            ? string.Join('|', result.Faults.Take(4).Select(fault => Shape(fault.Message)))
            : $"good {string.Join(',', result.Snapshot.Locations.Keys.Order(StringComparer.Ordinal).Take(4))} {result.Warnings.Count}";
    }

    public void Dispose() => _files.Dispose();

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    // The last words are the kind of the fault; the folder has another name in each run.
    private string Shape(string message) =>
        string.Join(' ', message.Replace(Path.GetDirectoryName(_files.PathOf("x"))!, Folder, StringComparison.Ordinal).Split(' ').TakeLast(5));

    private static void CheckResult(ConfigLoadResult result)
    {
        FuzzFindingException.Require(result.Snapshot is null == result.Faults.Count > 0, "a configuration or faults");
        foreach (var fault in result.Faults.Concat(result.Warnings))
        {
            FuzzFindingException.Require(fault is { File.Length: > 0, Line: >= 0, Message.Length: > 0 }, $"a fault without a place: {fault}");
            FuzzFindingException.Require(!fault.ToString().Contains('\n', StringComparison.Ordinal), "a fault of more than one line");
        }

        FuzzFindingException.Require(CheckReport.Of("pgmux.ini", result).EndsWith('\n'), "the report of --check ends a line");
    }

    // What SHOW CONFIG prints can be set.
    private static void CheckSettings(PgmuxOptions options)
    {
        foreach (var setting in SettingTable.All)
        {
            if (setting.Print(options) is { } text)
            {
                FuzzFindingException.Require(
                    setting.TryApply(PgmuxOptions.Default, text, out var again, out _) && setting.AreEqual(options, again), $"{setting.Name} = {text} does not read back");
            }
        }
    }

    // The entries, printed one by one into a single file, give the same configuration.
    private void CheckPrinted(string path, ConfigSnapshot snapshot)
    {
        var faults = new List<ConfigFault>();
        var entries = new IniReader(faults).Read(path);
        FuzzFindingException.Require(faults.Count == 0, "a good file was read with faults");
        var printed = _files.Write("printed.ini", WireText.Encode(string.Concat(entries.Select(Print))));
        var again = ConfigLoader.Load(printed);
        FuzzFindingException.Require(again.Snapshot is not null, $"what was printed has faults: {again.Faults.FirstOrDefault()}");
        FuzzFindingException.Require(SettingTable.All.All(setting => setting.AreEqual(snapshot.Options, again.Snapshot!.Options)), "printed settings differ");
        FuzzFindingException.Require(
            Databases(snapshot).SequenceEqual(Databases(again.Snapshot!)) && snapshot.Users.Keys.ToHashSet().SetEquals(again.Snapshot!.Users.Keys), "printed entries differ");
    }

    private static IEnumerable<string> Databases(ConfigSnapshot snapshot) =>
        snapshot.AllDatabases().OrderBy(database => database.Name, StringComparer.Ordinal).Select(database =>
            $"{database.Name} {database.DatabaseName} {string.Join(',', database.Hosts)} {database.Port} {database.User} {database.Password?.Text} {database.PoolSize} {database.PoolMode} "
            + $"{database.ConnectQuery} {string.Join(',', database.StartupParameters)}");

    private static string Print(IniEntry entry)
    {
        if (entry.Key is not { } key)
        {
            return $"[{entry.Section}]\n";
        }

        var pairs = new List<KeyValuePair<string, string>>();
        var value = entry.Section is "databases" or "users" && ConnectionString.TryParse(entry.Value, pairs, out _) ? ConnectionString.Print(pairs) : entry.Value;
        return $"{IniKey.Print(key)} = {value}\n";
    }
}
