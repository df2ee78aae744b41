using System.Runtime.InteropServices;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Pam;

/// <summary>
/// Holds passwords against what the modules of a PAM service know: files of the system, directories, whatever /etc/pam.d names. Not for a
/// loop's thread: modules ask over networks, and sleep after a wrong password.
/// </summary>
public static unsafe class PamService
{
    /// <summary>Whether the system has the library.</summary>
    public static bool IsAvailable => NativeLibrary.TryLoad(PamCalls.Library, out _);

    /// <summary>Whether the password is the user's, and the account may be used now.</summary>
    /// <param name="service">The service, by which its file is found.</param>
    /// <param name="user">The user, in the bytes that it was given in, without a zero byte.</param>
    /// <param name="password">The password, likewise.</param>
    /// <param name="remoteHost">Where the user comes from; null when it is this machine.</param>
    /// <returns>Null when it is; else why not.</returns>
    /// <exception cref="TypeLoadException">The system has no PAM, or an incomplete one.</exception>
    public static PamRefusal? Check(string service, ReadOnlySpan<byte> user, ReadOnlySpan<byte> password, string? remoteHost)
    {
        // PAM keeps no copy: both must stand where they are until the end.
        var terminatedUser = Terminate(user);
        var terminatedPassword = Terminate(password);
        fixed (byte* userText = terminatedUser, passwordText = terminatedPassword)
        {
            try
            {
                var conversation = new PamConversation { Answer = &Answer, Data = passwordText };
                var status = PamCalls.Start(service, userText, &conversation, out var handle);
                return status == PamCalls.Success ? Check(handle, remoteHost) : Refuse("pam_start", 0, status);
            }
            finally
            {
                Array.Clear(terminatedPassword);
            }
        }
    }

    private static PamRefusal? Check(nint handle, string? remoteHost)
    {
        var status = PamCalls.Success;
        try
        {
            if (remoteHost is not null && (status = PamCalls.SetItem(handle, PamCalls.RemoteHostItem, remoteHost)) != PamCalls.Success)
            {
                return Refuse("pam_set_item", handle, status);
            }

            if ((status = PamCalls.Authenticate(handle, PamCalls.Silent)) != PamCalls.Success)
            {
                return Refuse("pam_authenticate", handle, status);
            }

            return (status = PamCalls.CheckAccount(handle, PamCalls.Silent)) == PamCalls.Success ? null : Refuse("pam_acct_mgmt", handle, status);
        }
        finally
        {
            _ = PamCalls.End(handle, status);
        }
    }

    // Every question for a secret is answered with the password; other questions have no answer, as in PgBouncer.
    [UnmanagedCallersOnly]
    internal static int Answer(int count, PamMessage** messages, PamResponse** responses, void* password)
    {
        if (count is < 1 or > PamCalls.MostMessages)
        {
            return PamCalls.ConversationError;
        }

        // The modules free it by free(3), whose malloc(3) this is.
        var answers = (PamResponse*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(PamResponse));
        var secret = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)password);
        for (var i = 0; i < count; i++)
        {
            if (messages[i]->Style == PamMessage.AsksForSecret)
            {
                var copy = (byte*)NativeMemory.AllocZeroed((nuint)secret.Length + 1);
                secret.CopyTo(new Span<byte>(copy, secret.Length));
                answers[i].Text = copy;
            }
        }

        *responses = answers;
        return PamCalls.Success;
    }

    private static byte[] Terminate(ReadOnlySpan<byte> text) => [.. text, 0];

    private static PamRefusal Refuse(string call, nint handle, int status) =>
        new($"{call}() failed: {Marshal.PtrToStringUTF8(PamCalls.Describe(handle, status))}", !PamCalls.IsBroken(status));
}
