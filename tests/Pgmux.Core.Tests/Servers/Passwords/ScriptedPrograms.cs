using System.Text;
using Pgmux.Core.Servers;
using Pgmux.Core.Servers.Passwords;

namespace Pgmux.Core.Tests.Servers.Passwords;

/// <summary>Programs that print what a test says, when it says so.</summary>
internal sealed class ScriptedPrograms : ServerParts, IPasswordProgram
{
    private readonly List<TaskCompletionSource<ProgramOutput>> _held = [];

    /// <summary>What is printed.</summary>
    public string Printed { get; set; } = "";

    /// <summary>The exit status.</summary>
    public int ExitCode { get; set; }

    /// <summary>What is written to stderr.</summary>
    public string Said { get; set; } = "";

    /// <summary>Whether programs wait for <see cref="Finish"/>.</summary>
    public bool Holds { get; set; }

    /// <summary>The words of all runs so far.</summary>
    public List<string> Runs { get; } = [];

    public override IPasswordProgram CreatePasswordProgram() => this;

    public Task<ProgramOutput> RunAsync(IReadOnlyList<string> words, TimeSpan limit, TimeProvider clock)
    {
        Runs.Add(string.Join(' ', words));
        if (!Holds)
        {
            return Task.FromResult(Output());
        }

        var held = new TaskCompletionSource<ProgramOutput>();
        _held.Add(held);
        return held.Task;
    }

    /// <summary>Lets all programs end that wait.</summary>
    public void Finish()
    {
        Holds = false;
        foreach (var held in _held)
        {
            held.SetResult(Output());
        }

        _held.Clear();
    }

    private ProgramOutput Output() => new() { Printed = Encoding.UTF8.GetBytes(Printed), ExitCode = ExitCode, Said = Said };
}
