using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using NUnit.Framework.Internal.Builders;

namespace Pgmux.Integration.Tests;

/// <summary>
/// A fixture that runs with each version of PostgreSQL, which its constructor takes. A run may be the first or the second of a pair
/// (<see cref="PairVariable"/>): then it takes one version for each fixture, and the other run takes the other one. So two runs with two
/// event engines try every fixture with both versions and both engines, in half the time that all four combinations need.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OnPostgresAttribute : NUnitAttribute, IFixtureBuilder2
{
    /// <summary>Which run of a pair this is: 0 or 1; every version in one run when it is not set. tests/run.sh --paired sets it.</summary>
    public const string PairVariable = "PGMUX_TEST_PAIR";

    private readonly NUnitTestFixtureBuilder _builder = new();

    /// <inheritdoc/>
    public IEnumerable<TestSuite> BuildFrom(ITypeInfo typeInfo) => BuildFrom(typeInfo, new EveryMethod());

    /// <inheritdoc/>
    public IEnumerable<TestSuite> BuildFrom(ITypeInfo typeInfo, IPreFilter filter) =>
        from version in VersionsFor(typeInfo.FullName, Environment.GetEnvironmentVariable(PairVariable))
        select _builder.BuildFrom(typeInfo, filter, new TestFixtureParameters(version));

    /// <summary>The versions that one run takes for a fixture.</summary>
    /// <exception cref="ArgumentException">The variable is neither empty nor 0 nor 1.</exception>
    internal static IReadOnlyList<int> VersionsFor(string fixture, string? pair) => pair switch
    {
        null or "" => PostgresVersions.Tested,

        // By the name, so that neither engine has all of one version.
        "0" or "1" => [PostgresVersions.Tested[(fixture.Sum(letter => letter) + pair[0]) % PostgresVersions.Tested.Count]],
        _ => throw new ArgumentException($"{PairVariable} is \"{pair}\", it may be 0 or 1", nameof(pair)),
    };

    private sealed class EveryMethod : IPreFilter
    {
        public bool IsMatch(Type type) => true;

        public bool IsMatch(Type type, System.Reflection.MethodInfo method) => true;
    }
}
