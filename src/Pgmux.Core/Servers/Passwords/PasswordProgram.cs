using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Pgmux.Protocol;

namespace Pgmux.Core.Servers.Passwords;

/// <summary>
/// Runs a program without a shell: its arguments reach it as they are. It has pgmux's user and environment, and an empty stdin.
/// </summary>
internal sealed class PasswordProgram : IPasswordProgram
{
    /// <summary>Most that is read of stdout. Tokens have one to two KiB; libpq takes no password of more than this.</summary>
    public const int MaximumPrintedBytes = 64 * 1024;

    /// <summary>Most that is kept of stderr: enough for a message, too little to fill a log.</summary>
    public const int MaximumSaidBytes = 4 * 1024;

    /// <inheritdoc/>
    public async Task<ProgramOutput> RunAsync(IReadOnlyList<string> words, TimeSpan limit, TimeProvider clock)
    {
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception failure)
        {
            return new ProgramOutput { Problem = $"{words[0]} cannot be started: {failure.Message}" };
        }

        process.StandardInput.Close();

        // Streams that were asked for are no longer closed with the process.
        await using var printing = process.StandardOutput.BaseStream;
        await using var saying = process.StandardError.BaseStream;
        using var timeout = new CancellationTokenSource(limit, clock);
        try
        {
            // Both at once: a program that is stuck with one of them never closes the other.
            var said = DrainAsync(saying, timeout.Token);
            var printed = await ReadAsync(printing, timeout.Token);
            if (printed is null)
            {
                Kill(process);
                await timeout.CancelAsync();
                return new ProgramOutput { Problem = $"has printed more than {MaximumPrintedBytes} bytes" };
            }

            await process.WaitForExitAsync(timeout.Token);
            return new ProgramOutput { ExitCode = process.ExitCode, Printed = printed, Said = WireText.Decode(await said), IsSaidCut = (await said).Length == MaximumSaidBytes };
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            Kill(process);
            var seconds = limit.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            return new ProgramOutput { Problem = $"has not ended within {seconds} s (password_command_timeout) and was killed" };
        }
    }

    // All of stdout; null when it is too much.
    private static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = new byte[MaximumPrintedBytes + 1];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
            if (read == 0)
            {
                return buffer[..length];
            }

            length += read;
        }

        return null;
    }

    // The beginning of stderr; the rest is read and forgotten, so that the program can go on.
    private static async Task<byte[]> DrainAsync(Stream stream, CancellationToken cancellation)
    {
        var kept = new byte[MaximumSaidBytes];
        var rest = new byte[MaximumSaidBytes];
        var length = 0;
        while (true)
        {
            var room = length < kept.Length ? kept.AsMemory(length) : rest;
            var read = await stream.ReadAsync(room, cancellation);
            if (read == 0)
            {
                return kept[..length];
            }

            length = Math.Min(length + read, kept.Length);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception failure) when (failure is AggregateException or Win32Exception or InvalidOperationException)
        {
            // It has ended by itself, or is another user's by now: nobody waits for it either way.
        }
    }
}
