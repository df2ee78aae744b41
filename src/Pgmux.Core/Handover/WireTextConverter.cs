using System.Text.Json;
using System.Text.Json.Serialization;
using Pgmux.Protocol;

namespace Pgmux.Core.Handover;

/// <summary>Text of a client, whose bytes may be of any encoding, as base64 of those bytes: nothing is lost.</summary>
internal sealed class WireTextConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        WireText.Decode(reader.GetBytesFromBase64());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(WireText.Encode(value));
}
