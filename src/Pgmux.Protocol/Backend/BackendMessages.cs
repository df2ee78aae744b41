using System.Buffers;

namespace Pgmux.Protocol;

/// <summary>Writes the messages that a server sends, to clients of pgmux and from the fake servers of tests.</summary>
public static class BackendMessages
{
    /// <summary>AuthenticationOk.</summary>
    public static void WriteAuthenticationOk(IBufferWriter<byte> output) =>
        WriteAuthentication(output, AuthenticationRequestKind.Ok, []);

    /// <summary>AuthenticationCleartextPassword.</summary>
    public static void WriteAuthenticationCleartextPassword(IBufferWriter<byte> output) =>
        WriteAuthentication(output, AuthenticationRequestKind.CleartextPassword, []);

    /// <summary>AuthenticationMD5Password with its salt of four bytes.</summary>
    public static void WriteAuthenticationMd5Password(IBufferWriter<byte> output, ReadOnlySpan<byte> salt4) =>
        WriteAuthentication(output, AuthenticationRequestKind.Md5Password, salt4);

    /// <summary>AuthenticationSASL with the mechanisms in order of preference.</summary>
    public static void WriteAuthenticationSasl(IBufferWriter<byte> output, params ReadOnlySpan<string> mechanisms)
    {
        var size = sizeof(int) + 1;
        foreach (var mechanism in mechanisms)
        {
            size += MessageWriter.SizeOf(mechanism);
        }

        var message = new MessageWriter(output, (byte)BackendMessageType.Authentication, size);
        message.WriteInt32((int)AuthenticationRequestKind.Sasl);
        foreach (var mechanism in mechanisms)
        {
            message.WriteCString(mechanism);
        }

        message.WriteByte(0);
        message.Complete();
    }

    /// <summary>AuthenticationSASLContinue.</summary>
    public static void WriteAuthenticationSaslContinue(IBufferWriter<byte> output, ReadOnlySpan<byte> data) =>
        WriteAuthentication(output, AuthenticationRequestKind.SaslContinue, data);

    /// <summary>AuthenticationSASLFinal.</summary>
    public static void WriteAuthenticationSaslFinal(IBufferWriter<byte> output, ReadOnlySpan<byte> data) =>
        WriteAuthentication(output, AuthenticationRequestKind.SaslFinal, data);

    /// <summary>An authentication request of any kind, those that pgmux never asks for included.</summary>
    public static void WriteAuthentication(IBufferWriter<byte> output, AuthenticationRequestKind kind, ReadOnlySpan<byte> data)
    {
        var message = new MessageWriter(output, (byte)BackendMessageType.Authentication, sizeof(int) + data.Length);
        message.WriteInt32((int)kind);
        message.WriteBytes(data);
        message.Complete();
    }

    /// <summary>ParseComplete.</summary>
    public static void WriteParseComplete(IBufferWriter<byte> output) => WriteEmpty(output, BackendMessageType.ParseComplete);

    /// <summary>BindComplete.</summary>
    public static void WriteBindComplete(IBufferWriter<byte> output) => WriteEmpty(output, BackendMessageType.BindComplete);

    /// <summary>CloseComplete.</summary>
    public static void WriteCloseComplete(IBufferWriter<byte> output) => WriteEmpty(output, BackendMessageType.CloseComplete);

    /// <summary>NoData.</summary>
    public static void WriteNoData(IBufferWriter<byte> output) => WriteEmpty(output, BackendMessageType.NoData);

    /// <summary>PortalSuspended.</summary>
    public static void WritePortalSuspended(IBufferWriter<byte> output) => WriteEmpty(output, BackendMessageType.PortalSuspended);

    /// <summary>EmptyQueryResponse.</summary>
    public static void WriteEmptyQueryResponse(IBufferWriter<byte> output) => WriteEmpty(output, BackendMessageType.EmptyQueryResponse);

    /// <summary>CopyDone.</summary>
    public static void WriteCopyDone(IBufferWriter<byte> output) => WriteEmpty(output, BackendMessageType.CopyDone);

    /// <summary>CopyData.</summary>
    public static void WriteCopyData(IBufferWriter<byte> output, ReadOnlySpan<byte> data) =>
        WriteRaw(output, BackendMessageType.CopyData, data);

    /// <summary>CopyInResponse for <paramref name="columns"/> columns in text format.</summary>
    public static void WriteCopyInResponse(IBufferWriter<byte> output, int columns) =>
        WriteCopyResponse(output, BackendMessageType.CopyInResponse, columns);

    /// <summary>CopyOutResponse for <paramref name="columns"/> columns in text format.</summary>
    public static void WriteCopyOutResponse(IBufferWriter<byte> output, int columns) =>
        WriteCopyResponse(output, BackendMessageType.CopyOutResponse, columns);

    /// <summary>The one byte that says yes to SSLRequest: TLS begins behind it.</summary>
    public static void WriteSslAccepted(IBufferWriter<byte> output) => output.Write("S"u8);

    /// <summary>The answer to SSLRequest and GSSENCRequest that refuses: one byte, no message.</summary>
    public static void WriteSslRefused(IBufferWriter<byte> output) => output.Write("N"u8);

    /// <summary>ParameterStatus.</summary>
    public static void WriteParameterStatus(IBufferWriter<byte> output, string name, string value)
    {
        var message = new MessageWriter(
            output, (byte)BackendMessageType.ParameterStatus, MessageWriter.SizeOf(name) + MessageWriter.SizeOf(value));
        message.WriteCString(name);
        message.WriteCString(value);
        message.Complete();
    }

    /// <summary>BackendKeyData.</summary>
    public static void WriteBackendKeyData(IBufferWriter<byte> output, int processId, ReadOnlySpan<byte> secret)
    {
        var message = new MessageWriter(output, (byte)BackendMessageType.BackendKeyData, sizeof(int) + secret.Length);
        message.WriteInt32(processId);
        message.WriteBytes(secret);
        message.Complete();
    }

    /// <summary>
    /// NegotiateProtocolVersion. PostgreSQL sends the whole version number although its manual speaks of the minor version, and
    /// clients compare it so; pgmux does the same.
    /// </summary>
    public static void WriteNegotiateProtocolVersion(
        IBufferWriter<byte> output, int newestMinor, IReadOnlyList<string> unrecognizedOptions)
    {
        var size = sizeof(int) + sizeof(int);
        foreach (var option in unrecognizedOptions)
        {
            size += MessageWriter.SizeOf(option);
        }

        var message = new MessageWriter(output, (byte)BackendMessageType.NegotiateProtocolVersion, size);
        message.WriteInt32(new ProtocolVersion(ProtocolVersion.SupportedMajor, newestMinor).Code);
        message.WriteInt32(unrecognizedOptions.Count);
        foreach (var option in unrecognizedOptions)
        {
            message.WriteCString(option);
        }

        message.Complete();
    }

    /// <summary>ReadyForQuery.</summary>
    public static void WriteReadyForQuery(IBufferWriter<byte> output, TransactionStatus status) =>
        WriteRaw(output, BackendMessageType.ReadyForQuery, [(byte)status]);

    /// <summary>ErrorResponse.</summary>
    public static void WriteErrorResponse(IBufferWriter<byte> output, ErrorFields error) =>
        WriteFields(output, BackendMessageType.ErrorResponse, error);

    /// <summary>NoticeResponse.</summary>
    public static void WriteNoticeResponse(IBufferWriter<byte> output, ErrorFields notice) =>
        WriteFields(output, BackendMessageType.NoticeResponse, notice);

    /// <summary>NotificationResponse.</summary>
    public static void WriteNotificationResponse(IBufferWriter<byte> output, int processId, string channel, string payload)
    {
        var message = new MessageWriter(
            output,
            (byte)BackendMessageType.NotificationResponse,
            sizeof(int) + MessageWriter.SizeOf(channel) + MessageWriter.SizeOf(payload));
        message.WriteInt32(processId);
        message.WriteCString(channel);
        message.WriteCString(payload);
        message.Complete();
    }

    /// <summary>RowDescription of columns in text format that belong to no table.</summary>
    public static void WriteRowDescription(IBufferWriter<byte> output, ReadOnlySpan<ColumnDescription> columns)
    {
        const int FixedBytesPerColumn = 18;
        const int NoTypeModifier = -1;
        var size = sizeof(short);
        foreach (var column in columns)
        {
            size += MessageWriter.SizeOf(column.Name) + FixedBytesPerColumn;
        }

        var message = new MessageWriter(output, (byte)BackendMessageType.RowDescription, size);
        message.WriteInt16(columns.Length);
        foreach (var column in columns)
        {
            message.WriteCString(column.Name);
            message.WriteInt32(0);
            message.WriteInt16(0);
            message.WriteInt32(column.TypeOid);
            message.WriteInt16(column.TypeSize);
            message.WriteInt32(NoTypeModifier);
            message.WriteInt16(0);
        }

        message.Complete();
    }

    /// <summary>ParameterDescription.</summary>
    public static void WriteParameterDescription(IBufferWriter<byte> output, ReadOnlySpan<int> typeOids)
    {
        var message = new MessageWriter(
            output, (byte)BackendMessageType.ParameterDescription, sizeof(short) + (typeOids.Length * sizeof(int)));
        message.WriteUInt16(typeOids.Length);
        foreach (var typeOid in typeOids)
        {
            message.WriteInt32(typeOid);
        }

        message.Complete();
    }

    /// <summary>DataRow in text format; null is NULL.</summary>
    public static void WriteDataRow(IBufferWriter<byte> output, params ReadOnlySpan<string?> values)
    {
        const int NullLength = -1;
        var size = sizeof(short);
        foreach (var value in values)
        {
            size += sizeof(int) + (value is null ? 0 : WireText.GetByteCount(value));
        }

        var message = new MessageWriter(output, (byte)BackendMessageType.DataRow, size);
        message.WriteInt16(values.Length);
        foreach (var value in values)
        {
            if (value is null)
            {
                message.WriteInt32(NullLength);
                continue;
            }

            message.WriteInt32(WireText.GetByteCount(value));
            message.WriteText(value);
        }

        message.Complete();
    }

    /// <summary>CommandComplete.</summary>
    public static void WriteCommandComplete(IBufferWriter<byte> output, string tag)
    {
        var message = new MessageWriter(output, (byte)BackendMessageType.CommandComplete, MessageWriter.SizeOf(tag));
        message.WriteCString(tag);
        message.Complete();
    }

    /// <summary>A message with a body that is already there.</summary>
    public static void WriteRaw(IBufferWriter<byte> output, BackendMessageType type, ReadOnlySpan<byte> body)
    {
        var message = new MessageWriter(output, (byte)type, body.Length);
        message.WriteBytes(body);
        message.Complete();
    }

    private static void WriteEmpty(IBufferWriter<byte> output, BackendMessageType type) => WriteRaw(output, type, []);

    private static void WriteCopyResponse(IBufferWriter<byte> output, BackendMessageType type, int columns)
    {
        var message = new MessageWriter(output, (byte)type, sizeof(byte) + sizeof(short) + (columns * sizeof(short)));
        message.WriteByte(0);
        message.WriteInt16(columns);
        for (var column = 0; column < columns; column++)
        {
            message.WriteInt16(0);
        }

        message.Complete();
    }

    private static void WriteFields(IBufferWriter<byte> output, BackendMessageType type, ErrorFields error)
    {
        var size = 1;
        foreach (var field in error.FieldSpan)
        {
            size += sizeof(byte) + MessageWriter.SizeOf(field.Value);
        }

        var message = new MessageWriter(output, (byte)type, size);
        foreach (var field in error.FieldSpan)
        {
            message.WriteByte((byte)field.Code);
            message.WriteCString(field.Value);
        }

        message.WriteByte(0);
        message.Complete();
    }
}
