using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>The fuzzer itself: it finds what is planted, makes it small, and does the same again.</summary>
[TestFixture]
internal sealed class FuzzLoopTests
{
    [Test]
    public void A_planted_fault_behind_two_steps_is_found_and_made_small()
    {
        var report = Find(new PlantedTarget(), seed: 3);
        Assert.That(report, Does.Contain("broke a rule: planted"));
        Assert.That(report, Does.Contain("hex:    4142FF"));
        Assert.That(report, Does.Contain($"replay: PGMUX_FUZZ_INPUT=4142FF tests/fuzz.sh 1 3 Planted"));
        Assert.That(report, Does.Contain("[0x41, 0x42, 0xFF]"));
    }

    [TestCase(nameof(ClientLoginTarget)), TestCase(nameof(ServerLoginTarget)), TestCase(nameof(ConfigTarget)), TestCase(nameof(ConsoleTarget))]
    [TestCase(nameof(ClientStreamTarget)), TestCase(nameof(ServerStreamTarget)), TestCase(nameof(SqlTarget)), TestCase(nameof(UserListTarget))]
    public void The_same_seed_gives_the_same_inputs_and_another_seed_others(string name)
    {
        var hashes = new[] { 1, 1, 2 }.Select(seed =>
        {
            var target = (FuzzTarget)Activator.CreateInstance(typeof(FuzzLoopTests).Assembly.GetType($"{typeof(FuzzLoopTests).Namespace}.{name}")!)!;
            using var files = target as IDisposable;
            var inputs = target.Seeds.Count + 150;
            var loop = new FuzzLoop(target, new FuzzOptions { Seed = seed, MostInputs = inputs, Duration = TimeSpan.MaxValue });
            Assert.That(loop.Find(), Is.Null);
            Assert.That(loop.Inputs, Is.EqualTo(inputs));
            return loop.InputHash;
        }).ToArray();
        Assert.That(hashes[1], Is.EqualTo(hashes[0]));
        Assert.That(hashes[2], Is.Not.EqualTo(hashes[0]));
    }

    [Test]
    public void A_given_input_is_the_only_one_that_runs()
    {
        var loop = new FuzzLoop(new PlantedTarget(), new FuzzOptions { Input = "AB"u8.ToArray() });
        Assert.That(loop.Find(), Is.Null);
        Assert.That(loop.Inputs, Is.EqualTo(1));
        Assert.That(new FuzzLoop(new PlantedTarget(), new FuzzOptions { Input = [.. "xAB"u8, 0xFF] }).Find(), Does.Contain("planted"));
    }

    [Test]
    public void Mutations_stay_within_the_limit_and_reach_every_length()
    {
        var random = new Random(1);
        var mutator = new FuzzMutator(random, [[1, 2, 3]], framesStart: 0, mostBytes: 64);
        var seed = new byte[] { (byte)'Q', 0, 0, 0, 6, 65, 0 };
        var lengths = Enumerable.Range(0, 20_000).Select(_ => mutator.Mutate(seed, seed).Length).ToHashSet();
        Assert.That(lengths.Max(), Is.EqualTo(64));
        Assert.That(lengths, Is.SupersetOf(Enumerable.Range(0, 20)));
    }

    private static string? Find(FuzzTarget target, int seed) =>
        new FuzzLoop(target, new FuzzOptions { Seed = seed, MostInputs = 2_000_000, Duration = TimeSpan.MaxValue }).Find();

    /// <summary>Fails once "AB" is there with a byte of 0xFF somewhere behind it; "A" and "AB" are outcomes on the way.</summary>
    private sealed class PlantedTarget : FuzzTarget
    {
        public override string Name => "Planted";

        public override IReadOnlyList<byte[]> Seeds { get; } = [[.. "hello"u8]];

        public override int MostBytes => 64;

        public override string Run(byte[] input)
        {
            var start = input.AsSpan().IndexOf("AB"u8);
            FuzzFindingException.Require(start < 0 || !input.AsSpan(start).Contains((byte)0xFF), "planted");
            return start >= 0 ? "AB" : input.AsSpan().Contains((byte)'A') ? "A" : "none";
        }
    }
}
