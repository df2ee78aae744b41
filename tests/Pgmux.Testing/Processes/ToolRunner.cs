using System.Diagnostics;
using System.Globalization;
using Pgmux.Testing.Postgres;

namespace Pgmux.Testing.Processes;

/// <summary>Runs PostgreSQL's own client programs and captures what they say.</summary>
internal sealed class ToolRunner
{
    private readonly Dictionary<string, string> _environment;

    public ToolRunner(PgmuxProcess pgmux, PostgresRole? role = null, string database = PostgresCluster.Database)
        : this(pgmux.Port, (role ?? PostgresRole.App).Name, (role ?? PostgresRole.App).Password, database)
    {
    }

    public ToolRunner(int port, string user, string password, string database) => _environment = new()
    {
        ["PGHOST"] = "127.0.0.1",
        ["PGPORT"] = port.ToString(CultureInfo.InvariantCulture),
        ["PGUSER"] = user,
        ["PGPASSWORD"] = password,
        ["PGDATABASE"] = database,
        ["PGCONNECT_TIMEOUT"] = "45",
        ["LC_ALL"] = "C",
    };

    /// <summary>Sets variables that libpq reads for the programs to come.</summary>
    public ToolRunner With(params (string Name, string Value)[] variables)
    {
        foreach (var (name, value) in variables)
        {
            _environment[name] = value;
        }

        return this;
    }

    /// <summary>psql without its startup file; rows unaligned, tuples only.</summary>
    public Task<ToolResult> PsqlAsync(params string[] arguments) => RunAsync("psql", ["-X", "-q", "-A", "-t", .. arguments]);

    public Task<ToolResult> PgbenchAsync(params string[] arguments) => RunAsync("pgbench", arguments);

    /// <summary>Runs a program to its end, with the text on its standard input.</summary>
    public Task<ToolResult> RunAsync(string program, IEnumerable<string> arguments, string input = "") =>
        RunAsync([PostgresInstallation.ClientProgram(program), .. arguments], input);

    /// <summary>Runs any command to its end; one that does not come to it in time hangs.</summary>
    public async Task<ToolResult> RunAsync(IReadOnlyList<string> command, string input = "")
    {
        using var process = Start(command);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(WaitLimit.Default);
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw new TimeoutException($"{command[0]} did not end within {WaitLimit.Default.TotalSeconds} s:\n{await output}\n{await error}");
        }

        return new ToolResult(process.ExitCode, await output, await error);
    }

    /// <summary>Starts a program for a test that talks to it or sends it signals.</summary>
    public Process Start(string program, IEnumerable<string> arguments) => Start([PostgresInstallation.ClientProgram(program), .. arguments]);

    private Process Start(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in _environment)
        {
            start.Environment[key] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start");
    }
}
