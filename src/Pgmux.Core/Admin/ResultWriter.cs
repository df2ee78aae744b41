using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>Writes RowDescription and DataRow with columns in binary where they were asked for so.</summary>
internal sealed class ResultWriter(ResultFormats formats)
{
    private readonly ArrayBufferWriter<byte> _body = new(256);

    /// <summary>RowDescription.</summary>
    public void WriteRowDescription(IBufferWriter<byte> output, ColumnDescription[] columns)
    {
        const int NoTypeModifier = -1;
        _body.ResetWrittenCount();
        WriteInt16((short)columns.Length);
        for (var i = 0; i < columns.Length; i++)
        {
            _body.Write(WireText.Encode(columns[i].Name));
            _body.Write("\0"u8);

            // Table and column number: of none.
            WriteInt32(0);
            WriteInt16(0);
            WriteInt32(columns[i].TypeOid);
            WriteInt16(columns[i].TypeSize);
            WriteInt32(NoTypeModifier);
            WriteInt16(formats[i]);
        }

        BackendMessages.WriteRaw(output, BackendMessageType.RowDescription, _body.WrittenSpan);
    }

    /// <summary>DataRow for some of the rows of a result.</summary>
    public void WriteRows(IBufferWriter<byte> output, ConsoleTable table, int start, int count)
    {
        for (var i = start; i < start + count; i++)
        {
            WriteDataRow(output, table.Columns, table.Rows[i]);
        }
    }

    private void WriteDataRow(IBufferWriter<byte> output, ColumnDescription[] columns, string?[] values)
    {
        const int NullLength = -1;
        _body.ResetWrittenCount();
        WriteInt16((short)values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is not { } value)
            {
                WriteInt32(NullLength);
                continue;
            }

            if (formats[i] == 0)
            {
                WriteText(value);
            }
            else
            {
                WriteBytes(ConsoleValue.ToBinary(columns[i].TypeOid, value));
            }
        }

        BackendMessages.WriteRaw(output, BackendMessageType.DataRow, _body.WrittenSpan);
    }

    // Nearly everything is ASCII, and there are many values when somebody polls the tables of a crowd: no array for each of them.
    private void WriteText(string value)
    {
        if (!Ascii.IsValid(value))
        {
            WriteBytes(WireText.Encode(value));
            return;
        }

        WriteInt32(value.Length);
        Ascii.FromUtf16(value, _body.GetSpan(value.Length), out var written);
        _body.Advance(written);
    }

    private void WriteBytes(byte[] bytes)
    {
        WriteInt32(bytes.Length);
        _body.Write(bytes);
    }

    private void WriteInt16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_body.GetSpan(sizeof(short)), value);
        _body.Advance(sizeof(short));
    }

    private void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_body.GetSpan(sizeof(int)), value);
        _body.Advance(sizeof(int));
    }
}
