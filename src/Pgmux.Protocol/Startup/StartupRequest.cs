namespace Pgmux.Protocol;

/// <summary>A packet without a type, as a connection opens with one or several.</summary>
public sealed class StartupRequest
{
    internal StartupRequest(StartupRequestKind kind)
    {
        Kind = kind;
    }

    /// <summary>What is asked for.</summary>
    public StartupRequestKind Kind { get; }

    /// <summary>Version that the client wants to speak, when <see cref="Kind"/> is <see cref="StartupRequestKind.Startup"/>.</summary>
    public ProtocolVersion ProtocolVersion { get; internal init; }

    /// <summary>Parameters in the client's order, duplicates included, without <see cref="ProtocolOptions"/>; see <see cref="WireText"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; internal init; } = [];

    /// <summary>Names of the protocol options (<c>_pq_.</c>) in the client's order.</summary>
    public IReadOnlyList<string> ProtocolOptions { get; internal init; } = [];

    /// <summary>Process id of a cancel request.</summary>
    public int ProcessId { get; internal init; }

    /// <summary>Secret of a cancel request.</summary>
    public ReadOnlyMemory<byte> CancelSecret { get; internal init; }

    /// <summary>Last value of a parameter, or null. PostgreSQL lets a later one win.</summary>
    public string? GetParameter(string name)
    {
        for (var index = Parameters.Count - 1; index >= 0; index--)
        {
            if (Parameters[index].Key == name)
            {
                return Parameters[index].Value;
            }
        }

        return null;
    }
}
