using System.Globalization;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos.Faults;

/// <summary>What an operator does while the load runs.</summary>
internal sealed class ConfigurationFaults(PgmuxProcess pgmux, ChaosConsole console, PgmuxSettings settings, int servers)
{
    private static readonly string[] StatementLimits = ["20", "100", "200", "1000"];

    /// <summary>Other sizes for a while, then those from before.</summary>
    public async Task ReloadAsync(Random random, TimeSpan time)
    {
        await ReloadAsync(random, settings with
        {
            Settings = new Dictionary<string, string>(settings.Settings)
            {
                ["default_pool_size"] = random.Next(2, servers + (servers / 2)).ToString(CultureInfo.InvariantCulture),
                ["min_pool_size"] = random.Next(3).ToString(CultureInfo.InvariantCulture),
                ["max_prepared_statements"] = StatementLimits[random.Next(StatementLimits.Length)],
                ["server_lifetime"] = random.Next(2, 60).ToString(CultureInfo.InvariantCulture),
                ["server_idle_timeout"] = random.Next(2, 60).ToString(CultureInfo.InvariantCulture),
            },
        });
        await Task.Delay(time);
        await ReloadAsync(random, settings);
    }

    /// <summary>A new process takes over, and gets every client of the old one, which ends.</summary>
    public async Task RestartOnlineAsync()
    {
        await using var old = await pgmux.RestartOnlineAsync();
        await console.ConnectAsync();
        var status = await old.WaitForExitAsync();
        if (status != 0)
        {
            throw new InvalidOperationException($"the process that was taken over from ended with {status}:\n{old.Output}");
        }
    }

    private async Task ReloadAsync(Random random, PgmuxSettings wanted)
    {
        // In one step: who reads it meanwhile finds the old file or the new one.
        var file = $"{pgmux.ConfigurationFile}.new";
        await File.WriteAllTextAsync(file, wanted.Ini(pgmux.Folder, pgmux.Port));
        File.Move(file, pgmux.ConfigurationFile, overwrite: true);
        if (random.Next(3) == 0)
        {
            pgmux.Signal(UnixSignal.Hangup);
        }
        else
        {
            await console.Now.ExecuteAsync("RELOAD");
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                var rows = await console.Now.ShowAsync("CONFIG");
                return wanted.Settings.All(setting => rows.Single(row => row["key"] == setting.Key)["value"] == setting.Value);
            },
            "the reloaded configuration counts");
    }
}
