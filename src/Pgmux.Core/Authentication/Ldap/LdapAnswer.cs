using System.Formats.Asn1;

namespace Pgmux.Core.Authentication.Ldap;

/// <summary>A message of the server.</summary>
/// <param name="Id">The request that it answers; 0 is none.</param>
/// <param name="Operation">What it is.</param>
/// <param name="Body">What stands in it.</param>
internal readonly record struct LdapAnswer(int Id, LdapOperation Operation, AsnReader Body)
{
    /// <summary>Reads what stands inside of the outermost sequence; controls behind the operation are left.</summary>
    /// <exception cref="AsnContentException">It is no message of LDAP.</exception>
    public static LdapAnswer Read(ReadOnlyMemory<byte> content)
    {
        var reader = new AsnReader(content, AsnEncodingRules.BER);
        if (!reader.TryReadInt32(out var id))
        {
            throw new AsnContentException("the message id is too large");
        }

        var tag = reader.PeekTag();
        return tag is { TagClass: TagClass.Application, IsConstructed: true }
            ? new LdapAnswer(id, (LdapOperation)tag.TagValue, reader.ReadSequence(tag))
            : throw new AsnContentException("no operation follows the message id");
    }
}
