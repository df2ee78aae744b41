using Pgmux.Core.Tests.Configuration;

namespace Pgmux.Core.Tests.Architecture;

/// <summary>A ValueTask is awaited once: the analyzer says so at every build.</summary>
[TestFixture]
internal sealed class AwaitOnceTests
{
    [Test, Property("Row", "N02")]
    public void CA2012_is_an_error_in_every_build()
    {
        var config = File.ReadAllLines(RepositoryFiles.PathOf(".editorconfig"));
        var section = config.TakeWhile(line => !line.StartsWith("dotnet_diagnostic.CA2012", StringComparison.Ordinal)).Last(line => line.StartsWith('['));
        Assert.That(section, Is.EqualTo("[*.cs]"), "for all code");
        Assert.That(config.Where(line => line.Contains("CA2012")), Is.EqualTo(new[] { "dotnet_diagnostic.CA2012.severity = error" }));
        Assert.That(File.ReadAllText(RepositoryFiles.PathOf("Directory.Build.props")), Does.Contain("<TreatWarningsAsErrors>true"));
    }

    [Test, Property("Row", "N02")]
    public void No_code_that_ships_or_tests_suppresses_it()
    {
        // This file names it, and no other may.
        var suppressing = SourceFile.In(["src", "tests"], ".cs", ".csproj", ".props", ".editorconfig")
            .Where(file => !file.Name.EndsWith($"{nameof(AwaitOnceTests)}.cs", StringComparison.Ordinal) && file.Text.Contains("CA2012"))
            .Select(file => file.Name);
        Assert.That(suppressing, Is.Empty);
    }
}
