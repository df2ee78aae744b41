using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Pgmux.Testing.Processes;

/// <summary>
/// PostgreSQL's server programs and pgmux refuse to run as root. When the tests do, these programs run as nobody.
/// </summary>
internal static class UnprivilegedUser
{
    // Debian's and nearly every other system's numbers for nobody.
    private const uint Nobody = 65534;

    public static bool IsNeeded { get; } = NativeMethods.GetEffectiveUserId() == 0;

    /// <summary>Puts a program and its arguments behind setpriv when the tests run as root; setpriv keeps the process id.</summary>
    public static IReadOnlyList<string> Command(string program, IEnumerable<string> arguments)
    {
        if (!IsNeeded)
        {
            return [program, .. arguments];
        }

        // The SDK or the checkout may stand below /root, which nobody may not enter: dac_override lets the program be found there.
        return
        [
            "setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups",
            "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--", program, .. arguments,
        ];
    }

    public static void Own(string path)
    {
        if (IsNeeded && NativeMethods.ChangeOwner(path, Nobody, Nobody) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"cannot give {path} to nobody");
        }
    }
}
