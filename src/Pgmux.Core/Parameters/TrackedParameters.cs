using System.Text;

namespace Pgmux.Core.Parameters;

/// <summary>
/// The run-time parameters that follow a client from server to server: PgBouncer's fixed ones and those of
/// track_extra_parameters. The list stands for the life of the process.
/// </summary>
internal sealed class TrackedParameters
{
    /// <summary>Longest value that is tracked, in bytes: one startup packet holds no more.</summary>
    public const int MaximumValueBytes = 65_536;

    private static readonly string[] Always =
        ["client_encoding", "DateStyle", "TimeZone", "standard_conforming_strings", "application_name"];

    private readonly string[] _names;
    private readonly byte[][] _namesUtf8;

    /// <param name="extra">track_extra_parameters: names as PostgreSQL knows them, in any case.</param>
    public TrackedParameters(IEnumerable<string> extra)
    {
        _names = [.. Always.Concat(extra).Distinct(StringComparer.OrdinalIgnoreCase)];
        _namesUtf8 = [.. _names.Select(Encoding.UTF8.GetBytes)];
        ApplicationName = IndexOf("application_name");
        StandardConformingStrings = IndexOf("standard_conforming_strings");
        ClientEncoding = IndexOf("client_encoding");
    }

    /// <summary>Names in the order of every <see cref="ParameterSet"/>.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Number of tracked parameters.</summary>
    public int Count => _names.Length;

    /// <summary>Position of application_name, which the console shows.</summary>
    public int ApplicationName { get; }

    /// <summary>Position of standard_conforming_strings, which decides how SQL is read.</summary>
    public int StandardConformingStrings { get; }

    /// <summary>Position of client_encoding, which decides how SQL is read.</summary>
    public int ClientEncoding { get; }

    /// <summary>Position of a parameter, or -1. Names are compared without regard to case, as PostgreSQL does.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (string.Equals(_names[i], name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Position of a parameter by its name on the wire, or -1.</summary>
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _namesUtf8.Length; i++)
        {
            if (Ascii.EqualsIgnoreCase(name, _namesUtf8[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
