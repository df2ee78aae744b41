using System.Text.Json.Serialization;

namespace Pgmux.Core.Handover;

/// <summary>
/// What clients have shown that servers of their pool are logged in to with: the new process could ask none of them for it again. Only
/// processes of one user ever see it.
/// </summary>
internal sealed record PoolSecrets
{
    /// <summary>The pool's database.</summary>
    [JsonConverter(typeof(WireTextConverter))]
    public required string Database { get; init; }

    /// <summary>The pool's user.</summary>
    [JsonConverter(typeof(WireTextConverter))]
    public required string User { get; init; }

    /// <summary>A plain password.</summary>
    [JsonConverter(typeof(WireTextConverter))]
    public string? Password { get; init; }

    /// <summary>An md5 hash.</summary>
    public string? Md5Secret { get; init; }

    /// <summary>Whether a SCRAM secret is stored.</summary>
    public bool HasScramSecret { get; init; }

    /// <summary>Client key of a client's SCRAM login.</summary>
    public byte[]? ClientKey { get; init; }

    /// <summary>Server key of the same.</summary>
    public byte[]? ServerKey { get; init; }

    /// <summary>A token that a server has taken.</summary>
    public string? Token { get; init; }

    /// <summary>Names whose they are and shows none.</summary>
    public override string ToString() => $"secrets of {Database}/{User}";
}
