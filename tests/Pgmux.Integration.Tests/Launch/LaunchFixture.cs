using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Launch;

/// <summary>Tests of the executable itself: a folder with its files, and the process. No PostgreSQL takes part.</summary>
internal abstract class LaunchFixture
{
    /// <summary>A file that serves on a Unix socket in the folder, as far as it goes: more settings may stand behind it.</summary>
    protected const string Serving = "[databases]\n* = host=127.0.0.1\n[pgbouncer]\nunix_socket_dir = .\nauth_type = trust\n";

    protected TemporaryFolder Folder { get; private set; } = null!;

    [SetUp]
    public void MakeFolder() => Folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => Folder.Dispose();

    /// <summary>Runs the program to its end.</summary>
    protected async Task<(int Code, IReadOnlyList<string> Lines)> RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        await using var process = Start("run", arguments, environment);
        return (await process.WaitForExitAsync(), process.Output.Lines);
    }

    protected Task<(int Code, IReadOnlyList<string> Lines)> RunAsync(params string[] arguments) => RunAsync([], arguments);

    protected ManagedProcess Start(string name, string[] arguments, Dictionary<string, string>? environment = null)
    {
        var program = ProgramUnderTest.Find();
        return ManagedProcess.Start(Folder, name, program.Program, [.. program.Arguments, .. arguments], environment);
    }
}
