using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>struct pam_response: an answer. The module frees its text, libpam the array of answers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PamResponse
{
    /// <summary>The answer, made by malloc; null is none.</summary>
    public byte* Text;

    /// <summary>Not used; 0.</summary>
    public int Code;
}
