using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Configuration.OAuth;

/// <summary>Reads the options of the methods jwt and oauth. A file of keys that several lines name is read once.</summary>
/// <param name="faults">Where faults go.</param>
/// <param name="warnings">Where goes what is odd.</param>
internal sealed class OAuthOptionsReader(HbaFaults faults, ICollection<ConfigFault> warnings)
{
    private const string Issuer = "issuer";
    private const string Audience = "audience";
    private const string Jwks = "jwks";
    private const string Claim = "claim";
    private const string Scope = "scope";
    private const string Via = "via";
    private const string ByPassword = "password";

    private static readonly string[] OfJwt = [Issuer, Audience, Jwks, Claim, Scope, Via];
    private static readonly string[] NeededByJwt = [Issuer, Audience, Jwks];

    // PostgreSQL needs both, too: clients without a token are told of them.
    private static readonly string[] OfOAuth = [Issuer, Scope, Via];
    private static readonly string[] NeededByOAuth = [Issuer, Scope];

    private readonly Dictionary<string, JwtKeys?> _files = [];

    /// <summary>The options; null when there is a fault.</summary>
    /// <param name="words">The options as they are written, without those that other methods have, too.</param>
    /// <param name="method">jwt or oauth.</param>
    /// <param name="location">The line.</param>
    public OAuthOptions? Read(IReadOnlyList<string> words, string method, SourceLocation location)
    {
        var (known, needed) = method == "jwt" ? (OfJwt, NeededByJwt) : (OfOAuth, NeededByOAuth);
        var values = new Dictionary<string, string>();
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? word : word[..equals];
            var value = equals < 0 ? "" : word[(equals + 1)..];
            var problem = !known.Contains(name)
                    ? $"option \"{name}\" is not one of {method}'s{NearestName.Hint(name, known)}; they are {string.Join(", ", known)}{(known == OfJwt ? ", map" : "")} and clientcert"
                : value.Length == 0 ? $"option {name} needs a value"
                : !values.TryAdd(name, value) ? $"option {name} stands there twice"
                : "";
            if (problem.Length > 0)
            {
                faults.Add(location, problem);
                return null;
            }
        }

        if (needed.FirstOrDefault(name => !values.ContainsKey(name)) is { } missing)
        {
            faults.Add(location, $"{method} needs {string.Join(", ", needed.SkipLast(1).Select(name => name + "="))} and {needed[^1]}=, and {missing}= is missing");
            return null;
        }

        if (values.TryGetValue(Via, out var via) && via != ByPassword)
        {
            faults.Add(location, $"via can only be password, not \"{via}\"");
            return null;
        }

        var keys = values.TryGetValue(Jwks, out var file) ? ReadKeys(file, location) : JwtKeys.None;
        return keys is null
            ? null
            : new OAuthOptions
            {
                Issuer = values[Issuer],
                Audience = values.GetValueOrDefault(Audience, ""),
                Keys = keys,
                Claim = values.GetValueOrDefault(Claim, OAuthOptions.UsualClaim),
                Scope = values.GetValueOrDefault(Scope),
                ComesAsPassword = via is not null,
            };
    }

    private JwtKeys? ReadKeys(string name, SourceLocation location)
    {
        var path = HbaFiles.Resolve(name, location);
        if (_files.TryGetValue(path, out var known))
        {
            return known;
        }

        var oddities = new List<string>();
        var keys = JwksReader.Read(path, oddities, out var problem);
        if (keys is null)
        {
            faults.Add(location, $"jwks file \"{path}\" {problem}");
        }

        foreach (var oddity in oddities)
        {
            warnings.Add(location.Fault($"jwks file \"{path}\" {oddity}"));
        }

        _files.Add(path, keys);
        return keys;
    }
}
