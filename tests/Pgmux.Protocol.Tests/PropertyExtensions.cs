using FsCheck;
using Property = FsCheck.Property;

namespace Pgmux.Protocol.Tests;

/// <summary>Runs a property from an ordinary test.</summary>
internal static class PropertyExtensions
{
    private const int Cases = 2000;

    /// <summary>Throws with the shrunk case, and the seed to replay it, when the property does not hold.</summary>
    public static void CheckHolds(this Property property) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases), property);
}
