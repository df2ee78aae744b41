using System.Text.RegularExpressions;

namespace Pgmux.Core.Tests.Architecture;

/// <summary>
/// Who may compare secrets, and how. Everything whose name says secret, password, proof, signature or key in the files of authentication,
/// SCRAM and cancel requests is compared by <c>CryptographicOperations.FixedTimeEquals</c> or by what is built on it.
/// </summary>
[TestFixture]
internal sealed partial class SecretComparisonTests
{
    /// <summary>Where passwords, hashes, proofs and cancel keys are handled: whoever adds a file here reads it with C17 in mind.</summary>
    private static readonly string[] Reviewed =
    [
        "src/Pgmux.Core/Authentication/",
        "src/Pgmux.Core/Cancellation/",
        "src/Pgmux.Core/Configuration/UserSecret.cs",
        "src/Pgmux.Core/Servers/Passwords/",
        "src/Pgmux.Protocol/Md5Password.cs",
        "src/Pgmux.Protocol/Scram/",
        "src/Pgmux.Protocol/SecretComparison.cs",
    ];

    /// <summary>The places that decide by a secret whether somebody is let in, or a query cancelled.</summary>
    private static readonly string[] Deciding =
    [
        "src/Pgmux.Core/Authentication/PlainExchange.cs",
        "src/Pgmux.Core/Cancellation/CancelRegistry.cs",
        "src/Pgmux.Core/Servers/Passwords/PasswordAnswer.cs",
        "src/Pgmux.Protocol/Md5Password.cs",
        "src/Pgmux.Protocol/Scram/ScramClient.cs",
        "src/Pgmux.Protocol/Scram/ScramKeys.cs",
        "src/Pgmux.Protocol/Scram/ScramServer.cs",
        "src/Pgmux.Protocol/SecretComparison.cs",
    ];

    /// <summary>
    /// Comparisons that are none of a guess with a secret: a reload that looks for what has changed.
    /// </summary>
    private static readonly string[] Exempt =
    [
        "src/Pgmux.Core/Servers/ServerTarget.cs: Secret.Text == other.Secret.Text",
    ];

    /// <summary>Names of mechanisms and schemes, and fixed words of them: everybody knows them.</summary>
    private static readonly string[] PublicNames =
    [
        "mechanism.SequenceEqual(ScramMechanism.NameBytes)", "mechanism.SequenceEqual(ScramMechanism.PlusNameBytes)",
        "text[parts[0]].SequenceEqual(Scheme)", "mechanism.SequenceEqual(OAuthMechanism.NameBytes)",
        "message.SequenceEqual(OAuthMechanism.ErrorAnswer)",
    ];

    [Test, Property("Row", "C17")]
    public void Secrets_are_compared_in_fixed_time_where_they_decide() =>
        Assert.That(
            Files().Where(file => CodeOf(file).Contains("FixedTimeEquals") || CodeOf(file).Contains("SecretComparison")).Select(file => file.Name),
            Is.EquivalentTo(Deciding));

    [Test, Property("Row", "C17")]
    public void No_secret_is_compared_in_another_way()
    {
        var wrong = Files()
            .SelectMany(file => Comparison().Matches(CodeOf(file)).Select(match => $"{file.Name}: {match.Value.Trim()}"))
            .Where(found => !Exempt.Any(exempt => found.StartsWith(exempt.Split(": ")[0], StringComparison.Ordinal) && found.Contains(exempt.Split(": ")[1])));
        Assert.That(wrong, Is.Empty);
    }

    [Test, Property("Row", "C17")]
    public void Spans_are_compared_where_secrets_are_handled_only_if_they_are_none()
    {
        // SequenceEqual stops at the first difference.
        var wrong = Files().Where(file => Reviewed.Any(place => file.Name.StartsWith(place, StringComparison.Ordinal)))
            .SelectMany(file => SequenceEqual().Matches(CodeOf(file)).Select(match => match.Value))
            .Where(compared => !PublicNames.Contains(compared));
        Assert.That(wrong, Is.Empty);
    }

    private static IEnumerable<SourceFile> Files() => SourceFile.In(["src"], ".cs");

    // Without comments, which may say what they like.
    private static string CodeOf(SourceFile file) => CommentLine().Replace(file.Text, "");

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex CommentLine();

    // name == something, name != something, name.Equals(...), name.SequenceEqual(...), for names that sound like secrets.
    [GeneratedRegex(
        @"[\w.]*(?:secret|password|proof|signature|StoredKey|ServerKey|ClientKey)\w*(?:\.(?:Text|Span|Value))?(?:\s*[!=]=\s*(?!null\b)[\w.]+|\.(?:Sequence)?Equals?\()",
        RegexOptions.IgnoreCase)]
    private static partial Regex Comparison();

    [GeneratedRegex(@"[\w.\[\]]+\.SequenceEqual\([\w.]+\)")]
    private static partial Regex SequenceEqual();
}
