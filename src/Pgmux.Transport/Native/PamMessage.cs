using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>struct pam_message: what a module asks or says.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PamMessage
{
    /// <summary>PAM_PROMPT_ECHO_OFF: a question whose answer is a secret.</summary>
    public const int AsksForSecret = 1;

    /// <summary>What kind of message it is.</summary>
    public int Style;

    /// <summary>Its text.</summary>
    public byte* Text;
}
