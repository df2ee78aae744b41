namespace Pgmux.Testing.Processes;

/// <summary>What a client program left behind.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Error}";
}
