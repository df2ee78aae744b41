using System.Formats.Asn1;
using System.Numerics;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication.Ldap;

/// <summary>How a request ended.</summary>
/// <param name="Code">The server's code.</param>
/// <param name="Diagnostic">What it adds in words; empty is nothing.</param>
internal readonly record struct LdapResult(LdapResultCode Code, string Diagnostic)
{
    /// <summary>A server may send anything, and a line of the log should stay one.</summary>
    public const int MostDiagnosticCharacters = 200;

    /// <summary>Whether the server has done what it was asked for.</summary>
    public bool IsSuccess => Code == LdapResultCode.Success;

    /// <summary>Whether the server says of itself that another one should be asked.</summary>
    public bool IsUnavailable => Code is LdapResultCode.Busy or LdapResultCode.Unavailable;

    /// <summary>Reads the parts that all answers have in common; what follows them is left.</summary>
    /// <exception cref="AsnContentException">It is none.</exception>
    public static LdapResult Read(AsnReader body)
    {
        var code = new BigInteger(body.ReadEnumeratedBytes().Span, isBigEndian: true);
        body.ReadOctetString();
        var diagnostic = WireText.Decode(body.ReadOctetString());
        var known = code >= 0 && code <= ushort.MaxValue ? (LdapResultCode)(int)code : LdapResultCode.Other;
        return new LdapResult(known, new string([.. diagnostic.TrimEnd('\0').Take(MostDiagnosticCharacters).Select(c => char.IsControl(c) ? ' ' : c)]));
    }

    /// <summary>For the log.</summary>
    public override string ToString()
    {
        var words = Code switch
        {
            LdapResultCode.InvalidCredentials => "invalid credentials",
            LdapResultCode.Referral => "it refers to another server, which is not followed",
            LdapResultCode.ConfidentialityRequired or LdapResultCode.StrongerAuthRequired => "it wants TLS (ldaptls=1 or ldapscheme=ldaps)",
            LdapResultCode.NoSuchObject => "no such object",
            LdapResultCode.InvalidDnSyntax => "invalid DN syntax",
            _ when Enum.IsDefined(Code) => $"{Code}",
            _ => "another error",
        };
        return $"{words} ({(int)Code}{(Diagnostic.Length > 0 ? ": " : "")}{Diagnostic})";
    }
}
