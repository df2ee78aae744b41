using System.Reflection;

namespace Pgmux.Core.Diagnostics;

/// <summary>The version of this build.</summary>
internal static class ProductVersion
{
    /// <summary>The number alone: <c>x.y.z</c>.</summary>
    public static readonly string Number = ReadNumber();

    /// <summary>The first line of --version and the row of SHOW VERSION.</summary>
    public static readonly string Text = $"pgmux {Number}";

    // The informational version carries the commit behind a plus sign.
    private static string ReadNumber()
        => typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
