using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary><c>struct linger</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LingerValue
{
    public int Enabled;
    public int Seconds;
}
