using System.Text.Json.Serialization;

namespace Pgmux.Core.Handover;

/// <summary>How the messages are written; made at build time, so that trimming keeps what they need.</summary>
[JsonSerializable(typeof(HandoverOffer))]
[JsonSerializable(typeof(ParkedClient))]
[JsonSerializable(typeof(PoolSecrets))]
[JsonSerializable(typeof(HandoverCancel))]
[JsonSerializable(typeof(HandoverCancelAnswer))]
internal sealed partial class HandoverJson : JsonSerializerContext;
