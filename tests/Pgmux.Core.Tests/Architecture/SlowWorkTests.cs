using System.Text.RegularExpressions;

namespace Pgmux.Core.Tests.Architecture;

/// <summary>
/// Work that takes milliseconds by design runs on no loop: PBKDF2 is reached by one class only, and that is run off the loop by those who
/// wait for it, or asked when it is done.
/// </summary>
[TestFixture]
internal sealed partial class SlowWorkTests
{
    /// <summary>Who runs a derivation: two hand it to the thread pool, the others have its result by then or have asked whether it is done.</summary>
    private static readonly string[] Runners =
    [
        "src/Pgmux.Core/Authentication/PlainExchange.cs",
        "src/Pgmux.Core/Authentication/ScramExchange.cs",
        "src/Pgmux.Core/Authentication/ServerAuthenticator.cs",
        "src/Pgmux.Core/Clients/ClientAuthentication.cs",
        "src/Pgmux.Core/Servers/ServerLogin.cs",
    ];

    [Test, Property("Row", "A16")]
    public void PBKDF2_is_reached_by_the_derivation_only()
    {
        Assert.That(NamesOf(Pbkdf2()), Is.EquivalentTo(new[] { "src/Pgmux.Protocol/Scram/ScramKeys.cs" }));
        Assert.That(
            NamesOf(Derive()), Is.EquivalentTo(new[] { "src/Pgmux.Core/Authentication/ScramDerivation.cs", "src/Pgmux.Protocol/Scram/ScramSecret.cs" }));
        Assert.That(NamesOf(DeriveSecret()), Is.Empty, "the way past the derivation is for tools and tests");
    }

    [Test, Property("Row", "A16")]
    public void A_derivation_is_run_off_the_loop_or_when_it_is_done()
    {
        Assert.That(NamesOf(Run()), Is.EquivalentTo(Runners));
        var onLoop = SourceFile.In(["src"], ".cs").Where(file => file.Name.Contains("/Clients/") || file.Name.Contains("/Servers/"))
            .SelectMany(file => Run().Matches(file.Text).Select(match => match.Value));
        Assert.That(onLoop, Is.All.EqualTo("Derivation!.Run)"), "as a method for OffloadAsync, not as a call");
    }

    private static IEnumerable<string> NamesOf(Regex pattern) => SourceFile.In(["src"], ".cs").Where(file => pattern.IsMatch(file.Text)).Select(file => file.Name);

    [GeneratedRegex(@"Pbkdf2\(")]
    private static partial Regex Pbkdf2();

    [GeneratedRegex(@"ScramKeys\.Derive\(")]
    private static partial Regex Derive();

    [GeneratedRegex(@"ScramSecret\.Derive\(")]
    private static partial Regex DeriveSecret();

    [GeneratedRegex(@"Derivation!?\.Run\(?\)")]
    private static partial Regex Run();
}
