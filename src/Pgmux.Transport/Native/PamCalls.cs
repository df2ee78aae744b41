using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>The pluggable authentication modules of Linux-PAM, pam(3). Every call may block for as long as a module likes.</summary>
internal static unsafe partial class PamCalls
{
    /// <summary>Its file: the version of the interface, which is the same since 1996.</summary>
    public const string Library = "libpam.so.0";

    /// <summary>PAM_SUCCESS.</summary>
    public const int Success = 0;

    /// <summary>PAM_CONV_ERR: the conversation cannot go on.</summary>
    public const int ConversationError = 19;

    /// <summary>PAM_MAX_NUM_MSG: as many messages may one conversation have.</summary>
    public const int MostMessages = 32;

    /// <summary>PAM_RHOST of pam_set_item(3).</summary>
    public const int RemoteHostItem = 4;

    /// <summary>PAM_SILENT: modules are to say nothing.</summary>
    public const int Silent = 0x8000;

    /// <summary>
    /// Whether no module can have judged a password: PAM_OPEN_ERR, PAM_SYMBOL_ERR, PAM_AUTHINFO_UNAVAIL, PAM_ABORT, PAM_MODULE_UNKNOWN. Not
    /// PAM_SYSTEM_ERR, which is what pam_exec says of a program that has found a password wrong.
    /// </summary>
    public static bool IsBroken(int status) => status is 1 or 2 or 9 or 26 or 28;

    [LibraryImport(Library, EntryPoint = "pam_start", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Start(string service, byte* user, PamConversation* conversation, out nint handle);

    [LibraryImport(Library, EntryPoint = "pam_set_item", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetItem(nint handle, int item, string value);

    [LibraryImport(Library, EntryPoint = "pam_authenticate")]
    public static partial int Authenticate(nint handle, int flags);

    [LibraryImport(Library, EntryPoint = "pam_acct_mgmt")]
    public static partial int CheckAccount(nint handle, int flags);

    [LibraryImport(Library, EntryPoint = "pam_end")]
    public static partial int End(nint handle, int status);

    [LibraryImport(Library, EntryPoint = "pam_strerror")]
    public static partial nint Describe(nint handle, int status);
}
