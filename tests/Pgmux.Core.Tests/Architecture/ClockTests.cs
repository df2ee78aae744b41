using System.Text.RegularExpressions;

namespace Pgmux.Core.Tests.Architecture;

/// <summary>
/// The time of day may jump; what measures spans goes by <see cref="TimeProvider.GetTimestamp"/>, which does not. So whoever asks for the
/// time of day must only show it, or compare it with a day that somebody has written down.
/// </summary>
[TestFixture]
internal sealed partial class ClockTests
{
    /// <summary>What shows the time of day: the lines of the log, and connect_time and request_time on the console.</summary>
    private static readonly string[] Showing = ["src/Pgmux.Core/Diagnostics/Lines/LineWriter.cs", "src/Pgmux.Core/Hosting/ConsoleSource.cs"];

    /// <summary>What has to know the day because others have written days down: certificates, lists of revoked ones and tokens end on one.</summary>
    private static readonly string[] Judging =
    [
        "src/Pgmux.Core/Authentication/OAuth/JwtValidator.cs", "src/Pgmux.Core/Configuration/Revocation/Revocations.cs",
        "src/Pgmux.Core/Configuration/TlsFileReader.cs", "src/Pgmux.Core/Pooling/HeldToken.cs",
    ];

    [Test, Property("Row", "S22")]
    public void Only_what_shows_the_time_of_day_asks_for_it() => Assert.That(
        SourceFile.In(["src"], ".cs").Where(file => TimeOfDay().IsMatch(file.Text)).Select(file => file.Name), Is.EquivalentTo(Showing.Concat(Judging)));

    [GeneratedRegex(@"GetUtcNow|GetLocalNow|UtcNow|DateTime\.(Now|Today)|DateTimeOffset\.Now|TickCount")]
    private static partial Regex TimeOfDay();
}
