using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>struct pam_conv: who answers what modules ask.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PamConversation
{
    /// <summary>Answers; gets the number of messages, the messages, room for the answers, and <see cref="Data"/>.</summary>
    public delegate* unmanaged<int, PamMessage**, PamResponse**, void*, int> Answer;

    /// <summary>What it answers with.</summary>
    public void* Data;
}
