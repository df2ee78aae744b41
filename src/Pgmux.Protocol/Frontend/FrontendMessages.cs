using System.Buffers;
using System.Buffers.Binary;

namespace Pgmux.Protocol;

/// <summary>Writes the messages that a client sends, to servers of pgmux and from the fake clients of tests.</summary>
public static class FrontendMessages
{
    private const int NullLength = -1;

    /// <summary>StartupMessage. <paramref name="protocolVersion"/> is the number on the wire; see <see cref="ProtocolVersion.Code"/>.</summary>
    public static void WriteStartup(
        IBufferWriter<byte> output, int protocolVersion, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var pairs = parameters as IReadOnlyCollection<KeyValuePair<string, string>> ?? [.. parameters];
        var size = sizeof(int) + 1;
        foreach (var (name, value) in pairs)
        {
            size += MessageWriter.SizeOf(name) + MessageWriter.SizeOf(value);
        }

        var packet = MessageWriter.Untyped(output, size);
        packet.WriteInt32(protocolVersion);
        foreach (var (name, value) in pairs)
        {
            packet.WriteCString(name);
            packet.WriteCString(value);
        }

        packet.WriteByte(0);
        packet.Complete();
    }

    /// <summary>SSLRequest.</summary>
    public static void WriteSslRequest(IBufferWriter<byte> output) => WriteRequestCode(output, StartupCodes.SslRequest);

    /// <summary>GSSENCRequest.</summary>
    public static void WriteGssEncRequest(IBufferWriter<byte> output) => WriteRequestCode(output, StartupCodes.GssEncRequest);

    /// <summary>CancelRequest.</summary>
    public static void WriteCancelRequest(IBufferWriter<byte> output, int processId, ReadOnlySpan<byte> secret)
    {
        var packet = MessageWriter.Untyped(output, sizeof(int) + sizeof(int) + secret.Length);
        packet.WriteInt32(StartupCodes.CancelRequest);
        packet.WriteInt32(processId);
        packet.WriteBytes(secret);
        packet.Complete();
    }

    /// <summary>PasswordMessage.</summary>
    public static void WritePassword(IBufferWriter<byte> output, string password) =>
        WriteString(output, FrontendMessageType.Password, password);

    /// <summary>PasswordMessage.</summary>
    public static void WritePassword(IBufferWriter<byte> output, ReadOnlySpan<byte> password)
    {
        var message = new MessageWriter(output, (byte)FrontendMessageType.Password, password.Length + 1);
        message.WriteCString(password);
        message.Complete();
    }

    /// <summary>SASLInitialResponse.</summary>
    public static void WriteSaslInitialResponse(IBufferWriter<byte> output, string mechanism, ReadOnlySpan<byte> data)
    {
        var message = new MessageWriter(
            output, (byte)FrontendMessageType.Password, MessageWriter.SizeOf(mechanism) + sizeof(int) + data.Length);
        message.WriteCString(mechanism);
        message.WriteInt32(data.Length);
        message.WriteBytes(data);
        message.Complete();
    }

    /// <summary>SASLResponse.</summary>
    public static void WriteSaslResponse(IBufferWriter<byte> output, ReadOnlySpan<byte> data) =>
        WriteRaw(output, FrontendMessageType.Password, data);

    /// <summary>Query.</summary>
    public static void WriteQuery(IBufferWriter<byte> output, string query) =>
        WriteString(output, FrontendMessageType.Query, query);

    /// <summary>Query.</summary>
    public static void WriteQuery(IBufferWriter<byte> output, ReadOnlySpan<byte> utf8)
    {
        var message = new MessageWriter(output, (byte)FrontendMessageType.Query, utf8.Length + 1);
        message.WriteCString(utf8);
        message.Complete();
    }

    /// <summary>Parse.</summary>
    public static void WriteParse(IBufferWriter<byte> output, string name, string query, ReadOnlySpan<int> types)
    {
        var message = new MessageWriter(
            output,
            (byte)FrontendMessageType.Parse,
            MessageWriter.SizeOf(name) + MessageWriter.SizeOf(query) + sizeof(short) + (types.Length * sizeof(int)));
        message.WriteCString(name);
        message.WriteCString(query);
        message.WriteUInt16(types.Length);
        foreach (var type in types)
        {
            message.WriteInt32(type);
        }

        message.Complete();
    }

    /// <summary>Parse; <paramref name="definition"/> is the body after the name: text, zero, count and parameter types.</summary>
    public static void WriteParse(IBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> definition)
    {
        var message = new MessageWriter(output, (byte)FrontendMessageType.Parse, name.Length + 1 + definition.Length);
        message.WriteCString(name);
        message.WriteBytes(definition);
        message.Complete();
    }

    /// <summary>
    /// The head of Bind: header and both names. The caller writes the <paramref name="restBytes"/> of the body that follow.
    /// </summary>
    public static void WriteBindHead(IBufferWriter<byte> output, ReadOnlySpan<byte> portal, ReadOnlySpan<byte> statement, int restBytes)
    {
        var headBytes = portal.Length + 1 + statement.Length + 1;
        var head = output.GetSpan(FrameReader.HeaderBytes + headBytes);
        head[0] = (byte)FrontendMessageType.Bind;
        BinaryPrimitives.WriteInt32BigEndian(head[1..], checked(headBytes + restBytes + sizeof(int)));
        var names = head[FrameReader.HeaderBytes..];
        portal.CopyTo(names);
        names[portal.Length] = 0;
        statement.CopyTo(names[(portal.Length + 1)..]);
        names[headBytes - 1] = 0;
        output.Advance(FrameReader.HeaderBytes + headBytes);
    }

    /// <summary>Bind without parameters, results in text format.</summary>
    public static void WriteBind(IBufferWriter<byte> output, string portal, string statement) =>
        WriteBind(output, portal, statement, [], [], []);

    /// <summary>Bind; null is NULL. No format codes means text for all, one means that one for all.</summary>
    public static void WriteBind(
        IBufferWriter<byte> output,
        string portal,
        string statement,
        ReadOnlySpan<short> parameterFormats,
        ReadOnlySpan<byte[]?> parameters,
        ReadOnlySpan<short> resultFormats)
    {
        var message = new MessageWriter(
            output,
            (byte)FrontendMessageType.Bind,
            MessageWriter.SizeOf(portal) + MessageWriter.SizeOf(statement)
                + SizeOfFormats(parameterFormats) + SizeOfValues(parameters) + SizeOfFormats(resultFormats));
        message.WriteCString(portal);
        message.WriteCString(statement);
        WriteFormats(ref message, parameterFormats);
        WriteValues(ref message, parameters);
        WriteFormats(ref message, resultFormats);
        message.Complete();
    }

    /// <summary>Describe; <paramref name="kind"/> is <see cref="StatementOrPortal.Statement"/> or <see cref="StatementOrPortal.Portal"/>.</summary>
    public static void WriteDescribe(IBufferWriter<byte> output, byte kind, string name) =>
        WriteTarget(output, FrontendMessageType.Describe, kind, name);

    /// <summary>Close; <paramref name="kind"/> is <see cref="StatementOrPortal.Statement"/> or <see cref="StatementOrPortal.Portal"/>.</summary>
    public static void WriteClose(IBufferWriter<byte> output, byte kind, string name) =>
        WriteTarget(output, FrontendMessageType.Close, kind, name);

    /// <summary>Describe; <paramref name="kind"/> is <see cref="StatementOrPortal.Statement"/> or <see cref="StatementOrPortal.Portal"/>.</summary>
    public static void WriteDescribe(IBufferWriter<byte> output, byte kind, ReadOnlySpan<byte> name) =>
        WriteTarget(output, FrontendMessageType.Describe, kind, name);

    /// <summary>Close; <paramref name="kind"/> is <see cref="StatementOrPortal.Statement"/> or <see cref="StatementOrPortal.Portal"/>.</summary>
    public static void WriteClose(IBufferWriter<byte> output, byte kind, ReadOnlySpan<byte> name) =>
        WriteTarget(output, FrontendMessageType.Close, kind, name);

    /// <summary>Execute; 0 rows means all.</summary>
    public static void WriteExecute(IBufferWriter<byte> output, string portal, int maximumRows = 0)
    {
        var message = new MessageWriter(output, (byte)FrontendMessageType.Execute, MessageWriter.SizeOf(portal) + sizeof(int));
        message.WriteCString(portal);
        message.WriteInt32(maximumRows);
        message.Complete();
    }

    /// <summary>Execute of all rows.</summary>
    public static void WriteExecute(IBufferWriter<byte> output, ReadOnlySpan<byte> portal)
    {
        var message = new MessageWriter(output, (byte)FrontendMessageType.Execute, portal.Length + 1 + sizeof(int));
        message.WriteCString(portal);
        message.WriteInt32(0);
        message.Complete();
    }

    /// <summary>Sync.</summary>
    public static void WriteSync(IBufferWriter<byte> output) => WriteRaw(output, FrontendMessageType.Sync, []);

    /// <summary>Flush.</summary>
    public static void WriteFlush(IBufferWriter<byte> output) => WriteRaw(output, FrontendMessageType.Flush, []);

    /// <summary>Terminate.</summary>
    public static void WriteTerminate(IBufferWriter<byte> output) => WriteRaw(output, FrontendMessageType.Terminate, []);

    /// <summary>CopyData.</summary>
    public static void WriteCopyData(IBufferWriter<byte> output, ReadOnlySpan<byte> data) =>
        WriteRaw(output, FrontendMessageType.CopyData, data);

    /// <summary>CopyDone.</summary>
    public static void WriteCopyDone(IBufferWriter<byte> output) => WriteRaw(output, FrontendMessageType.CopyDone, []);

    /// <summary>CopyFail.</summary>
    public static void WriteCopyFail(IBufferWriter<byte> output, string reason) =>
        WriteString(output, FrontendMessageType.CopyFail, reason);

    /// <summary>FunctionCall; null is NULL.</summary>
    public static void WriteFunctionCall(
        IBufferWriter<byte> output,
        int functionOid,
        ReadOnlySpan<short> argumentFormats,
        ReadOnlySpan<byte[]?> arguments,
        short resultFormat)
    {
        var message = new MessageWriter(
            output,
            (byte)FrontendMessageType.FunctionCall,
            sizeof(int) + SizeOfFormats(argumentFormats) + SizeOfValues(arguments) + sizeof(short));
        message.WriteInt32(functionOid);
        WriteFormats(ref message, argumentFormats);
        WriteValues(ref message, arguments);
        message.WriteInt16(resultFormat);
        message.Complete();
    }

    /// <summary>A message with a body that is already there.</summary>
    public static void WriteRaw(IBufferWriter<byte> output, FrontendMessageType type, ReadOnlySpan<byte> body)
    {
        var message = new MessageWriter(output, (byte)type, body.Length);
        message.WriteBytes(body);
        message.Complete();
    }

    private static void WriteRequestCode(IBufferWriter<byte> output, int code)
    {
        var packet = MessageWriter.Untyped(output, sizeof(int));
        packet.WriteInt32(code);
        packet.Complete();
    }

    private static void WriteString(IBufferWriter<byte> output, FrontendMessageType type, string text)
    {
        var message = new MessageWriter(output, (byte)type, MessageWriter.SizeOf(text));
        message.WriteCString(text);
        message.Complete();
    }

    private static void WriteTarget(IBufferWriter<byte> output, FrontendMessageType type, byte kind, string name)
    {
        var message = new MessageWriter(output, (byte)type, sizeof(byte) + MessageWriter.SizeOf(name));
        message.WriteByte(kind);
        message.WriteCString(name);
        message.Complete();
    }

    private static void WriteTarget(IBufferWriter<byte> output, FrontendMessageType type, byte kind, ReadOnlySpan<byte> name)
    {
        var message = new MessageWriter(output, (byte)type, sizeof(byte) + name.Length + 1);
        message.WriteByte(kind);
        message.WriteCString(name);
        message.Complete();
    }

    private static int SizeOfFormats(ReadOnlySpan<short> formats) => sizeof(short) + (formats.Length * sizeof(short));

    private static int SizeOfValues(ReadOnlySpan<byte[]?> values)
    {
        var size = sizeof(short);
        foreach (var value in values)
        {
            size += sizeof(int) + (value?.Length ?? 0);
        }

        return size;
    }

    private static void WriteFormats(ref MessageWriter message, ReadOnlySpan<short> formats)
    {
        message.WriteUInt16(formats.Length);
        foreach (var format in formats)
        {
            message.WriteInt16(format);
        }
    }

    private static void WriteValues(ref MessageWriter message, ReadOnlySpan<byte[]?> values)
    {
        message.WriteUInt16(values.Length);
        foreach (var value in values)
        {
            message.WriteInt32(value?.Length ?? NullLength);
            message.WriteBytes(value);
        }
    }
}
