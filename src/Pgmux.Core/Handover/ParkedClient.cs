using System.Text.Json.Serialization;

namespace Pgmux.Core.Handover;

/// <summary>All that is to be known of a client between two transactions to go on with it in another process. Its socket travels beside it.</summary>
internal sealed record ParkedClient
{
    /// <summary>The database as the client calls it.</summary>
    [JsonConverter(typeof(WireTextConverter))]
    public required string Database { get; init; }

    /// <summary>The user as the client calls itself.</summary>
    [JsonConverter(typeof(WireTextConverter))]
    public required string User { get; init; }

    /// <summary>Its tracked parameters.</summary>
    public required IReadOnlyList<ParkedParameter> Parameters { get; init; }

    /// <summary>Its prepared statements.</summary>
    public required IReadOnlyList<ParkedStatement> Statements { get; init; }

    /// <summary>Process id of its cancel key.</summary>
    public required int CancelProcessId { get; init; }

    /// <summary>Secret of its cancel key, as the client has it.</summary>
    public required byte[] CancelSecret { get; init; }

    /// <summary>Whether it speaks protocol 3.2.</summary>
    public required bool HasLongCancelKey { get; init; }

    /// <summary>How long ago it was accepted, in milliseconds.</summary>
    public required long AgeMilliseconds { get; init; }

    /// <summary>Where it is by the word of a trusted proxy, as address:port; null without one.</summary>
    public string? Proxied { get; init; }
}
