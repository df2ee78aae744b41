using System.Globalization;
using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>The four types of the console's columns, and how values of theirs are written as text.</summary>
internal static class ConsoleColumn
{
    private const short VaryingSize = -1;

    /// <summary>A column of type text.</summary>
    public static ColumnDescription Text(string name) => new(name, TypeOid.Text, VaryingSize);

    /// <summary>A column of type integer.</summary>
    public static ColumnDescription Int4(string name) => new(name, TypeOid.Int4, sizeof(int));

    /// <summary>A column of type bigint.</summary>
    public static ColumnDescription Int8(string name) => new(name, TypeOid.Int8, sizeof(long));

    /// <summary>A column of type numeric.</summary>
    public static ColumnDescription Numeric(string name) => new(name, TypeOid.Numeric, VaryingSize);

    /// <summary>A number.</summary>
    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>0 or 1 for a column of type integer.</summary>
    public static string Of(bool value) => value ? "1" : "0";

    /// <summary>A moment as PgBouncer writes it.</summary>
    public static string? Of(DateTimeOffset? moment)
    {
        // The runtime's own form of it, which costs far less than a pattern and ends in Z.
        const string RoundTripSeconds = "u";
        return moment is { } known
            ? string.Concat(known.UtcDateTime.ToString(RoundTripSeconds, CultureInfo.InvariantCulture).AsSpan()[..^1], " UTC")
            : null;
    }

    /// <summary>Whole seconds of a duration.</summary>
    public static string Seconds(TimeSpan duration) => Of((long)duration.TotalSeconds);

    /// <summary>The microseconds beyond its whole seconds.</summary>
    public static string Microseconds(TimeSpan duration)
        => Of(duration.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
}
