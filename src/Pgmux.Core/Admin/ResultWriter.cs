using System.Buffers;
using System.Buffers.Binary;
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

            var bytes = formats[i] == 0 ? WireText.Encode(value) : ConsoleValue.ToBinary(columns[i].TypeOid, value);
            WriteInt32(bytes.Length);
            _body.Write(bytes);
        }

        BackendMessages.WriteRaw(output, BackendMessageType.DataRow, _body.WrittenSpan);
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
