using Pgmux.Core.Configuration;
using Pgmux.Core.Parameters;
using Pgmux.Core.Servers.Replication;
using Pgmux.Protocol;

namespace Pgmux.Core.Clients;

/// <summary>What a client's startup packet asks for, checked against what pgmux can give.</summary>
internal sealed class StartupParameters
{
    // PgBouncer's MAX_USERNAME and MAX_DBNAME are 128 with the terminator; PostgreSQL itself has no longer names than 63 bytes.
    private const int MaximumNameBytes = 127;

    private readonly TrackedParameters _tracked;
    private readonly NameList _ignored;
    private readonly List<KeyValuePair<string, string>> _untracked = [];

    private StartupParameters(TrackedParameters tracked, NameList ignored)
    {
        _tracked = tracked;
        _ignored = ignored;
        Values = ParameterSet.Unknown(tracked.Count);
    }

    /// <summary>The user.</summary>
    public string User { get; private set; } = "";

    /// <summary>The database; the user's name when the packet names none.</summary>
    public string Database { get; private set; } = "";

    /// <summary>Whether it is to be a replication connection, and of which kind.</summary>
    public ReplicationKind Replication { get; private set; }

    /// <summary>Tracked run-time parameters with a value of the client's own.</summary>
    public ParameterSet Values { get; private set; }

    /// <summary>Why the client is refused; null when it is not.</summary>
    public ErrorFields? Refusal { get; private set; }

    /// <summary>Reads the parameters of a packet.</summary>
    public static StartupParameters Read(StartupRequest request, TrackedParameters tracked, PgmuxOptions options)
    {
        var parameters = new StartupParameters(tracked, options.IgnoreStartupParameters);
        foreach (var (_, value) in request.Parameters.Where(static pair => pair.Key == "replication"))
        {
            // First: what else may stand there depends on it.
            parameters.Refusal ??= parameters.TakeReplication(value);
        }

        foreach (var (name, value) in request.Parameters)
        {
            parameters.Refusal ??= parameters.Take(name, value);
        }

        if (parameters.Database.Length == 0)
        {
            parameters.Database = parameters.User;
        }

        return parameters;
    }

    /// <summary>Adds where the client comes from to its application_name. application_name_add_host.</summary>
    public void AddHost(string host)
    {
        var index = _tracked.ApplicationName;
        Values = Values.With(index, $"{Values[index] ?? "app"} - {host}");
    }

    /// <summary>
    /// What a server connection of the client's own is opened with. It is the client's alone, so that it may have any run-time parameter:
    /// which there are is for PostgreSQL to say.
    /// </summary>
    public ReplicationStart ToReplicationStart()
    {
        var parameters = new List<KeyValuePair<string, string>>();
        for (var i = 0; i < _tracked.Count; i++)
        {
            if (Values[i] is { } value)
            {
                parameters.Add(KeyValuePair.Create(_tracked.Names[i], value));
            }
        }

        return new ReplicationStart(Replication, [.. parameters, .. _untracked]);
    }

    private ErrorFields? Take(string name, string value)
    {
        switch (name)
        {
            case "user":
                User = value;
                return TooLong(value, "username too long");
            case "database":
                Database = value;
                return TooLong(value, "database name too long");
            case "options":
                return TakeOptions(value);
            case "replication":
                return null;
            default:
                return TrySet(name, value) ? null : ClientErrors.UnsupportedStartupParameter(name);
        }
    }

    private ErrorFields? TakeOptions(string text)
    {
        if (Replication != ReplicationKind.None)
        {
            // As PgBouncer has it, even where options are to be ignored: a subscription sets DateStyle and extra_float_digits so.
            _untracked.Add(KeyValuePair.Create("options", text));
            return null;
        }

        // Ignored as a whole when the operator says so, whatever stands in it.
        if (_ignored.Contains("options"))
        {
            return null;
        }

        var options = StartupOptions.Parse(text);
        if (options.Error is { } error)
        {
            return ClientErrors.ProtocolViolation(error);
        }

        foreach (var (name, value) in options.Settings)
        {
            if (!TrySet(name, value))
            {
                return ClientErrors.UnsupportedStartupOption(name);
            }
        }

        return null;
    }

    private bool TrySet(string name, string value)
    {
        var index = _tracked.IndexOf(name);
        if (index >= 0)
        {
            Values = Values.With(index, value);
            return true;
        }

        if (_ignored.Contains(name))
        {
            return true;
        }

        if (Replication != ReplicationKind.None)
        {
            _untracked.Add(KeyValuePair.Create(name, value));
            return true;
        }

        return false;
    }

    private static ErrorFields? TooLong(string name, string text) =>
        WireText.GetByteCount(name) > MaximumNameBytes ? ClientErrors.ProtocolViolation(text) : null;

    private ErrorFields? TakeReplication(string value)
    {
        if (ReplicationParameter.Parse(value) is not { } kind)
        {
            return ClientErrors.InvalidReplication(value);
        }

        Replication = kind;
        return null;
    }
}
