namespace Pgmux.Core.Admin;

/// <summary>A console command that is bound and may be run in steps.</summary>
internal sealed class ConsolePortal(ConsoleStatement statement, ResultFormats formats)
{
    /// <summary>What it runs.</summary>
    public ConsoleStatement Statement { get; } = statement;

    /// <summary>In which formats it answers.</summary>
    public ResultFormats Formats { get; } = formats;

    /// <summary>The answer, once it was run.</summary>
    public ConsoleAnswer? Answer { get; set; }

    /// <summary>How many rows of it were sent.</summary>
    public int RowsSent { get; set; }
}
