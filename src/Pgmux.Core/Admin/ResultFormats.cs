using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>Which columns of a result a Bind asked for in binary: none named is text for all, one named counts for all.</summary>
internal readonly struct ResultFormats
{
    /// <summary>Text for all columns: what a simple query gets.</summary>
    public static readonly ResultFormats Text = new([]);

    private readonly short[] _formats;

    private ResultFormats(short[] formats) => _formats = formats;

    /// <summary>The code for a column: 0 text, 1 binary.</summary>
    public short this[int column] => _formats.Length == 0 ? (short)0 : _formats.Length == 1 ? _formats[0] : _formats[column];

    /// <summary>Whether the codes fit a result of so many columns.</summary>
    public bool Fit(int columns) => _formats.Length <= 1 || _formats.Length == columns;

    /// <summary>Reads a count and the codes.</summary>
    /// <exception cref="ProtocolViolationException">The body ends before.</exception>
    public static ResultFormats Read(ref PayloadReader body)
    {
        var count = (ushort)(body.ReadInt16() & ushort.MaxValue);
        var codes = new PayloadReader(body.ReadBytes(count * sizeof(short)));
        var formats = new short[count];
        for (var i = 0; i < count; i++)
        {
            formats[i] = codes.ReadInt16();
        }

        return new ResultFormats(formats);
    }

    /// <summary>Whether all codes are known ones.</summary>
    public bool AreKnown() => Array.TrueForAll(_formats, format => format is 0 or 1);
}
