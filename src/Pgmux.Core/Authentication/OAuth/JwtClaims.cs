using System.Text.Json;

namespace Pgmux.Core.Authentication.OAuth;

/// <summary>What a token says whose signature is right: which user it is, and what it is good for.</summary>
internal static class JwtClaims
{
    /// <summary>The longest name of a user, with room for what a map leaves out of it: more of a claim is not shown.</summary>
    private const int MostShown = 100;

    // scope is RFC 8693's, scp that of Microsoft and Okta.
    private static readonly string[] ScopeClaims = ["scope", "scp"];

    /// <summary>Why the token is not the user's; null when it is.</summary>
    public static string? Refuse(JsonElement claims, TokenQuestion question)
    {
        var options = question.Options;
        if (options.Scope is { } scope && !HasScope(claims, scope))
        {
            return $"the token is not good for scope \"{scope}\"";
        }

        if (!claims.TryGetProperty(options.Claim, out var claim) || claim.ValueKind != JsonValueKind.String || claim.GetString() is not { Length: > 0 } name)
        {
            return $"the token has no claim {options.Claim} that is a name";
        }

        return (question.Map?.Allows(name, question.User) ?? name == question.User) ? null
            : $"claim {options.Claim} \"{(name.Length > MostShown ? name[..MostShown] : name)}\" is {WhatItIsNot(question)}";
    }

    private static string WhatItIsNot(TokenQuestion question) =>
        question.Map is { } map ? $"not mapped to the user by ident map {map.Name}" : "not the user's name";

    private static bool HasScope(JsonElement claims, string wanted)
    {
        var granted = ScopeClaims.SelectMany(name => claims.TryGetProperty(name, out var scope) ? WordsOf(scope) : []).ToHashSet();
        return Split(wanted).All(granted.Contains);
    }

    // Words with blanks between them, or a list.
    private static IEnumerable<string> WordsOf(JsonElement scope) => scope.ValueKind switch
    {
        JsonValueKind.String => Split(scope.GetString()!),
        JsonValueKind.Array => [.. scope.EnumerateArray().Where(word => word.ValueKind == JsonValueKind.String).Select(word => word.GetString()!)],
        _ => [],
    };

    private static string[] Split(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
