using System.Formats.Asn1;
using Pgmux.Core.Configuration.Ldap;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication.Ldap;

/// <summary>Requests of LDAP as bytes (RFC 4511, in BER).</summary>
internal static class LdapMessages
{
    /// <summary>One entry is what a login needs; the second says that it is not the only one.</summary>
    public const int WantedEntries = 2;

    private const int Version = 3;

    private const int NeverFollowAliases = 0;

    private static readonly byte[] StartTlsName = [.. "1.3.6.1.4.1.1466.20037"u8];

    /// <summary>Asks for no attribute (RFC 4511, 4.5.1.8).</summary>
    private static readonly byte[] NoAttributes = [.. "1.1"u8];

    /// <summary>Logs in with a name and a password.</summary>
    public static byte[] Bind(int id, string dn, string password) => Message(id, LdapOperation.BindRequest, writer =>
    {
        writer.WriteInteger(Version);
        writer.WriteOctetString(WireText.Encode(dn));
        writer.WriteOctetString(WireText.Encode(password), new Asn1Tag(TagClass.ContextSpecific, 0));
    });

    /// <summary>Searches for entries, whose names are all that is wanted.</summary>
    public static byte[] Search(int id, string baseDn, LdapScope scope, ReadOnlyMemory<byte> filter, TimeSpan limit) =>
        Message(id, LdapOperation.SearchRequest, writer =>
        {
            writer.WriteOctetString(WireText.Encode(baseDn));
            writer.WriteEncodedValue([(byte)UniversalTagNumber.Enumerated, 1, (byte)scope]);
            writer.WriteEncodedValue([(byte)UniversalTagNumber.Enumerated, 1, NeverFollowAliases]);
            writer.WriteInteger(WantedEntries);
            writer.WriteInteger((int)Math.Ceiling(limit.TotalSeconds));
            writer.WriteBoolean(true);
            writer.WriteEncodedValue(filter.Span);
            using (writer.PushSequence())
            {
                writer.WriteOctetString(NoAttributes);
            }
        });

    /// <summary>Asks for TLS (RFC 4511, 4.14).</summary>
    public static byte[] StartTls(int id) => Message(
        id, LdapOperation.ExtendedRequest, writer => writer.WriteOctetString(StartTlsName, new Asn1Tag(TagClass.ContextSpecific, 0)));

    /// <summary>Says goodbye.</summary>
    public static byte[] Unbind(int id)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(id);
            writer.WriteNull(new Asn1Tag(TagClass.Application, (int)LdapOperation.UnbindRequest));
        }

        return writer.Encode();
    }

    private static byte[] Message(int id, LdapOperation operation, Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(id);
            using (writer.PushSequence(new Asn1Tag(TagClass.Application, (int)operation, isConstructed: true)))
            {
                write(writer);
            }
        }

        return writer.Encode();
    }
}
