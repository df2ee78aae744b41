using System.Runtime.InteropServices;

namespace Pgmux.Testing.OpenSsl;

/// <summary>The few calls of OpenSSL's libssl that a client needs who does what .NET's does not: the library that .NET itself uses.</summary>
internal static class OpenSslMethods
{
    private const string Ssl = "libssl.so.3";
    private const string Crypto = "libcrypto.so.3";

    /// <summary>Numbers of SSL_CTX_ctrl and SSL_ctrl (openssl/ssl.h).</summary>
    public const int SetMinimumVersion = 123;
    public const int SetMaximumVersion = 124;
    public const int SetHostName = 55;

    [DllImport(Ssl, EntryPoint = "TLS_client_method")]
    public static extern nint ClientMethod();

    [DllImport(Ssl, EntryPoint = "SSL_CTX_new")]
    public static extern nint NewContext(nint method);

    [DllImport(Ssl, EntryPoint = "SSL_CTX_free")]
    public static extern void FreeContext(nint context);

    [DllImport(Ssl, EntryPoint = "SSL_CTX_ctrl")]
    public static extern long ControlContext(nint context, int command, long number, nint pointer);

    [DllImport(Ssl, EntryPoint = "SSL_CTX_set_cipher_list")]
    public static extern int SetCiphers(nint context, [MarshalAs(UnmanagedType.LPUTF8Str)] string ciphers);

    [DllImport(Ssl, EntryPoint = "SSL_CTX_set_ciphersuites")]
    public static extern int SetTls13Ciphers(nint context, [MarshalAs(UnmanagedType.LPUTF8Str)] string ciphers);

    [DllImport(Ssl, EntryPoint = "SSL_CTX_use_certificate_chain_file")]
    public static extern int UseCertificate(nint context, [MarshalAs(UnmanagedType.LPUTF8Str)] string path);

    [DllImport(Ssl, EntryPoint = "SSL_CTX_use_PrivateKey_file")]
    public static extern int UseKey(nint context, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int type);

    [DllImport(Ssl, EntryPoint = "SSL_new")]
    public static extern nint New(nint context);

    [DllImport(Ssl, EntryPoint = "SSL_free")]
    public static extern void Free(nint ssl);

    [DllImport(Ssl, EntryPoint = "SSL_ctrl")]
    public static extern long Control(nint ssl, int command, long number, [MarshalAs(UnmanagedType.LPUTF8Str)] string text);

    [DllImport(Ssl, EntryPoint = "SSL_set_fd")]
    public static extern int SetDescriptor(nint ssl, int descriptor);

    [DllImport(Ssl, EntryPoint = "SSL_connect")]
    public static extern int Connect(nint ssl);

    [DllImport(Ssl, EntryPoint = "SSL_do_handshake")]
    public static extern int DoHandshake(nint ssl);

    [DllImport(Ssl, EntryPoint = "SSL_renegotiate")]
    public static extern int Renegotiate(nint ssl);

    [DllImport(Ssl, EntryPoint = "SSL_key_update")]
    public static extern int UpdateKey(nint ssl, int kind);

    [DllImport(Ssl, EntryPoint = "SSL_read")]
    public static extern int Read(nint ssl, [Out] byte[] buffer, int length);

    [DllImport(Ssl, EntryPoint = "SSL_write")]
    public static extern int Write(nint ssl, byte[] buffer, int length);

    [DllImport(Ssl, EntryPoint = "SSL_get_error")]
    public static extern int GetKindOfError(nint ssl, int result);

    [DllImport(Ssl, EntryPoint = "SSL_get_version")]
    public static extern nint GetVersion(nint ssl);

    [DllImport(Ssl, EntryPoint = "SSL_get_current_cipher")]
    public static extern nint GetCipher(nint ssl);

    [DllImport(Ssl, EntryPoint = "SSL_CIPHER_get_name")]
    public static extern nint GetCipherName(nint cipher);

    [DllImport(Ssl, EntryPoint = "SSL_get1_session")]
    public static extern nint GetSession(nint ssl);

    [DllImport(Ssl, EntryPoint = "SSL_set_session")]
    public static extern int SetSession(nint ssl, nint session);

    [DllImport(Ssl, EntryPoint = "SSL_session_reused")]
    public static extern int IsSessionReused(nint ssl);

    [DllImport(Ssl, EntryPoint = "SSL_SESSION_free")]
    public static extern void FreeSession(nint session);

    [DllImport(Ssl, EntryPoint = "SSL_SESSION_get_max_early_data")]
    public static extern uint GetMostEarlyData(nint session);

    [DllImport(Crypto, EntryPoint = "ERR_get_error")]
    public static extern nuint GetError();

    [DllImport(Crypto, EntryPoint = "ERR_reason_error_string")]
    public static extern nint GetReason(nuint error);
}
