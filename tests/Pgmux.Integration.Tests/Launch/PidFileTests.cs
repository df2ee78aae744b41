using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Launch;

[TestFixture]
internal sealed class PidFileTests
{
    private TemporaryFolder _folder = null!;

    private string File => _folder.File("pgmux.id");

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void It_holds_the_process_id_as_long_as_the_process_lives()
    {
        using (PidFile.TryClaim(File, out var wasStale, out var problem))
        {
            Assert.That((wasStale, problem), Is.EqualTo((false, "")));
            using var reader = new StreamReader(new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            Assert.That(reader.ReadToEnd(), Is.EqualTo($"{Environment.ProcessId}\n"), "anybody may read it");
        }

        Assert.That(System.IO.File.Exists(File), Is.False);
    }

    [TestCase("4194305\n", Description = "above the kernel's highest process id")]
    [TestCase("4194305")]
    [Property("Row", "Z04")]
    public void The_file_of_a_dead_process_is_replaced(string content)
    {
        _folder.Write("pgmux.id", content);
        using var pidFile = PidFile.TryClaim(File, out var wasStale, out _);
        Assert.That((pidFile is not null, wasStale), Is.EqualTo((true, true)));
    }

    [Test]
    [Property("Row", "Z04")]
    public void A_container_that_starts_again_has_the_same_id_as_before()
    {
        _folder.Write("pgmux.id", $"{Environment.ProcessId}\n");
        using var pidFile = PidFile.TryClaim(File, out var wasStale, out _);
        Assert.That((pidFile is not null, wasStale), Is.EqualTo((true, true)));
    }

    [TestCase("1\n")]
    [TestCase("")]
    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("not a number")]
    public void A_file_of_a_living_process_or_of_who_knows_what_is_left_alone(string content)
    {
        _folder.Write("pgmux.id", content);
        Assert.That(PidFile.TryClaim(File, out _, out var problem), Is.Null);
        Assert.That(problem, Is.EqualTo($"pidfile '{File}' exists, another instance running?"));
        Assert.That(System.IO.File.ReadAllText(File), Is.EqualTo(content));
    }

    [Test]
    public void A_file_that_is_held_is_not_stale_even_with_our_own_id()
    {
        using var first = PidFile.TryClaim(File, out _, out _);
        Assert.That(PidFile.TryClaim(File, out _, out var problem), Is.Null);
        Assert.That(problem, Does.EndWith("exists, another instance running?"));
    }

    [Test]
    public void A_folder_that_is_not_there_is_named()
    {
        Assert.That(PidFile.TryClaim("/no/such/folder/pid", out _, out var problem), Is.Null);
        Assert.That(problem, Is.EqualTo("cannot write pidfile '/no/such/folder/pid': no such file or directory"));
    }
}
