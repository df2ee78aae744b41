using System.Text;
using Pgmux.Core.Diagnostics.Lines;

namespace Pgmux.Core.Tests.Diagnostics;

/// <summary>Keeps the lines it is given, or loses them.</summary>
internal sealed class RecordingTarget : ILogTarget
{
    public List<string> Lines { get; } = [];

    public bool IsBroken { get; set; }

    public bool TryWrite(ReadOnlySpan<byte> line)
    {
        if (!IsBroken)
        {
            Lines.Add(Encoding.UTF8.GetString(line));
        }

        return !IsBroken;
    }
}
