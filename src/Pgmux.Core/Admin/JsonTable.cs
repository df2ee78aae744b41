using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pgmux.Protocol;
using static Pgmux.Core.Admin.ConsoleColumn;

namespace Pgmux.Core.Admin;

/// <summary>SHOW ... AS JSON, which PgBouncer does not have: the whole table in one value, for scripts that have no driver.</summary>
internal static class JsonTable
{
    /// <summary>The only column.</summary>
    public static readonly ColumnDescription[] Columns = [Text("json")];

    // Names of databases and users are shown as they are; the console's client is no browser that would run them.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One row: an array with an object for each row of <paramref name="table"/>, numbers as numbers, NULL as null.</summary>
    public static ConsoleTable Of(ConsoleTable table)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartArray();
            foreach (var row in table.Rows)
            {
                json.WriteStartObject();
                for (var i = 0; i < row.Length; i++)
                {
                    json.WritePropertyName(table.Columns[i].Name);
                    WriteValue(json, table.Columns[i].TypeOid, row[i]);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return new ConsoleTable(Columns, [[Encoding.UTF8.GetString(buffer.WrittenSpan)]]);
    }

    private static void WriteValue(Utf8JsonWriter json, int typeOid, string? value)
    {
        if (value is null)
        {
            json.WriteNullValue();
        }
        else if (typeOid is TypeOid.Int4 or TypeOid.Int8 or TypeOid.Numeric)
        {
            // The text form of a number is JSON's too.
            json.WriteRawValue(value);
        }
        else
        {
            json.WriteStringValue(value);
        }
    }
}
