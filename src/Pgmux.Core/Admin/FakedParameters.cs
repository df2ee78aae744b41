namespace Pgmux.Core.Admin;

/// <summary>
/// Run-time parameters that drivers read or set whatever they talk to. They are answered with fixed values, and a SET of one is
/// taken and ignored.
/// </summary>
internal static class FakedParameters
{
    private static readonly (string Name, string Value)[] All =
    [
        ("client_encoding", "UTF-8"),
        ("default_transaction_isolation", "read committed"),
        ("standard_conforming_strings", "on"),
        ("datestyle", "ISO"),
        ("timezone", "GMT"),
        ("extra_float_digits", "2"),
    ];

    /// <summary>The name as a column is called, and the value; false for any other parameter.</summary>
    public static bool TryFind(string name, out string column, out string value)
    {
        (column, value) = Array.Find(All, parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return column is not null;
    }
}
