using System.Text;
using Pgmux.Core.Servers.Passwords;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Servers.Passwords;

/// <summary>Real programs.</summary>
[TestFixture]
internal sealed class PasswordProgramTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(0.3);

    [Test]
    public async Task Arguments_reach_the_program_as_they_are()
    {
        var output = await RunAsync("/bin/sh", "-c", "printf '%s|' \"$@\"", "sh", "a b", "", "$(id)", "'\";*");
        Assert.That(Encoding.UTF8.GetString(output.Printed), Is.EqualTo("a b||$(id)|'\";*|"));
    }

    [Test]
    public async Task Its_input_is_empty_and_its_status_is_known()
    {
        var output = await RunAsync("/bin/sh", "-c", "cat; echo said >&2; exit 7");
        Assert.That((output.Printed.Length, output.Said, output.ExitCode, output.Problem), Is.EqualTo((0, "said\n", 7, (string?)null)));
    }

    [Test]
    public async Task A_program_that_is_not_there_is_named()
    {
        var output = await RunAsync("/nowhere/at/all");
        Assert.That(output.Problem, Does.StartWith("/nowhere/at/all cannot be started: "));
    }

    [TestCase("exec sleep 3600")]
    [TestCase("sleep 3600; echo late")]
    [TestCase("trap '' TERM INT; while :; do sleep 3600; done")]
    [TestCase("exec 1>&-; exec sleep 3600")]
    public async Task A_program_that_does_not_end_is_killed(string script)
    {
        var output = await new PasswordProgram().RunAsync(["/bin/sh", "-c", script], Short, TimeProvider.System).WaitAsync(WaitLimit.Default);
        Assert.That(output.Problem, Is.EqualTo("has not ended within 0.3 s (password_command_timeout) and was killed"));
    }

    [TestCase("sleep 3600 & echo $$ $! > \"$1\"; wait")]
    [TestCase("echo $$ > \"$1\"; exit 3")]
    public async Task Nothing_is_left_of_a_program(string script)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("processes");
        await new PasswordProgram().RunAsync(["/bin/sh", "-c", script, "sh", file], Short * 3, TimeProvider.System).WaitAsync(WaitLimit.Default);
        var processes = (await File.ReadAllTextAsync(file)).Split(' ', '\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(processes, Is.Not.Empty);

        // Its own children are their new parent's to bury; the program itself is ours.
        await Eventually.HoldsAsync(
            () => Task.FromResult(processes.All(HasEnded) && !Directory.Exists($"/proc/{processes[0]}")), "all have ended");
    }

    [Test]
    public async Task Too_much_output_is_refused_and_the_program_killed()
    {
        var output = await RunAsync("/bin/sh", "-c", "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done");
        Assert.That(output.Problem, Is.EqualTo("has printed more than 65536 bytes"));
    }

    [TestCase(PasswordProgram.MaximumPrintedBytes, 0)]
    [TestCase(8, 1_000_000)]
    public async Task Long_output_is_read_to_its_end(int printed, int said)
    {
        var output = await RunAsync("/bin/sh", "-c", $"head -c {said} /dev/zero >&2; head -c {printed} /dev/zero");
        Assert.That(
            (output.Problem, output.Printed.Length, output.Said.Length), Is.EqualTo(((string?)null, printed, Math.Min(said, PasswordProgram.MaximumSaidBytes))));
    }

    [TestCase("")]
    [TestCase("; head -c 100000 /dev/zero")]
    [TestCase("; exec sleep 3600")]
    public async Task No_descriptor_is_kept(string rest)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("pipes");
        var script = $"pipes=$(readlink /proc/$$/fd/1 /proc/$$/fd/2); echo \"$pipes\" > \"$1\"{rest}";
        await new PasswordProgram().RunAsync(["/bin/sh", "-c", script, "sh", file], Short * 3, TimeProvider.System).WaitAsync(WaitLimit.Default);
        var pipes = await File.ReadAllLinesAsync(file);
        Assert.That(pipes, Has.Length.EqualTo(2).And.All.StartsWith("pipe:"));
        var ours = new DirectoryInfo("/proc/self/fd").GetFileSystemInfos().Select(descriptor => descriptor.LinkTarget);
        Assert.That(ours, Has.None.AnyOf(pipes.ToArray<object>()));
    }

    private static bool HasEnded(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Contains(") Z ");
        }
        catch (IOException)
        {
            // There is no such file any more, or it has gone while it was read.
            return true;
        }
    }

    private static Task<ProgramOutput> RunAsync(params string[] words) =>
        new PasswordProgram().RunAsync(words, WaitLimit.Default, TimeProvider.System).WaitAsync(WaitLimit.Default);
}
