using System.Formats.Asn1;
using System.Globalization;
using Pgmux.Protocol;

namespace Pgmux.Core.Configuration.Ldap;

/// <summary>A search filter: from its text (RFC 4515) to what is sent (RFC 4511, 4.5.1.7).</summary>
internal sealed class LdapFilter
{
    /// <summary>Stands for the user's name. PostgreSQL's.</summary>
    public const string UserMark = "$username";

    /// <summary>Deeper ones are no filters for a login; each level is one call deeper.</summary>
    public const int Deepest = 32;

    private const string EscapedCharacters = "*()\\\0";

    private static readonly AsnEncodingRules Rules = AsnEncodingRules.BER;

    private readonly AsnWriter _writer = new(Rules);
    private readonly string _text;
    private int _position;

    private LdapFilter(string text) => _text = text;

    /// <summary>The filter for one user, whose name stays a value whatever is in it.</summary>
    public static string For(string filter, string user) => filter.Replace(UserMark, Escape(user), StringComparison.Ordinal);

    /// <summary>A text as it stands for itself in a filter.</summary>
    public static string Escape(string text) => string.Concat(text.Select(c =>
        EscapedCharacters.Contains(c) ? string.Create(CultureInfo.InvariantCulture, $"\\{(int)c:x2}") : c.ToString()));

    /// <summary>The encoded filter; null when <paramref name="problem"/> says what is wrong with it.</summary>
    public static byte[]? Encode(string text, out string problem)
    {
        problem = "";
        var filter = new LdapFilter(text.StartsWith('(') ? text : $"({text})");
        try
        {
            filter.WriteFilter(0);
            if (filter._position < filter._text.Length)
            {
                throw new FormatException("goes on behind its last parenthesis");
            }

            return filter._writer.Encode();
        }
        catch (FormatException e)
        {
            problem = e.Message;
            return null;
        }
    }

    private static Asn1Tag Tag(LdapFilterKind kind, bool isConstructed = false) => new(TagClass.ContextSpecific, (int)kind, isConstructed);

    private void WriteFilter(int depth)
    {
        if (depth > Deepest)
        {
            throw new FormatException($"has more than {Deepest} parentheses inside of one another");
        }

        Take('(');
        switch (_position < _text.Length ? _text[_position] : ')')
        {
            case '&':
                WriteSet(LdapFilterKind.And, depth);
                break;
            case '|':
                WriteSet(LdapFilterKind.Or, depth);
                break;
            case '!':
                _position++;
                using (_writer.PushSequence(Tag(LdapFilterKind.Not, isConstructed: true)))
                {
                    WriteFilter(depth + 1);
                }

                break;
            default:
                WriteItem();
                break;
        }

        Take(')');
    }

    private void WriteSet(LdapFilterKind kind, int depth)
    {
        _position++;
        using (_writer.PushSequence(Tag(kind, isConstructed: true)))
        {
            do
            {
                WriteFilter(depth + 1);
            }
            while (_position < _text.Length && _text[_position] == '(');
        }
    }

    private void WriteItem()
    {
        var end = _text.AsSpan(_position).IndexOfAny('(', ')');
        var item = end < 0 ? _text[_position..] : _text.Substring(_position, end);
        _position += item.Length;
        var equals = item.IndexOf('=');
        if (equals < 1)
        {
            throw new FormatException("must be made of (attribute=value), (&(..)(..)), (|(..)(..)) and (!(..))");
        }

        var kind = item[equals - 1] switch
        {
            '>' => LdapFilterKind.GreaterOrEqual,
            '<' => LdapFilterKind.LessOrEqual,
            '~' => LdapFilterKind.Approximate,
            ':' => LdapFilterKind.Extensible,
            _ => LdapFilterKind.Equality,
        };
        var attribute = item[..(kind == LdapFilterKind.Equality ? equals : equals - 1)];
        var value = item[(equals + 1)..];
        switch (kind)
        {
            case LdapFilterKind.Extensible:
                WriteExtensible(attribute, value);
                break;
            case LdapFilterKind.Equality when value == "*":
                _writer.WriteOctetString(NameOf(attribute), Tag(LdapFilterKind.Present));
                break;
            case LdapFilterKind.Equality when value.Contains("**", StringComparison.Ordinal):
                throw new FormatException("has two * behind one another");
            case LdapFilterKind.Equality when value.Contains('*'):
                WriteSubstrings(attribute, value.Split('*'));
                break;
            default:
                using (_writer.PushSequence(Tag(kind, isConstructed: true)))
                {
                    _writer.WriteOctetString(NameOf(attribute));
                    _writer.WriteOctetString(Unescape(value));
                }

                break;
        }
    }

    private void WriteSubstrings(string attribute, string[] parts)
    {
        using (_writer.PushSequence(Tag(LdapFilterKind.Substrings, isConstructed: true)))
        {
            _writer.WriteOctetString(NameOf(attribute));
            using (_writer.PushSequence())
            {
                for (var i = 0; i < parts.Length; i++)
                {
                    // Initial is 0, any is 1, final is 2.
                    var place = i == 0 ? 0 : i == parts.Length - 1 ? 2 : 1;
                    if (parts[i].Length > 0)
                    {
                        _writer.WriteOctetString(Unescape(parts[i]), new Asn1Tag(TagClass.ContextSpecific, place));
                    }
                }
            }
        }
    }

    // attribute[:dn][:rule]:=value, as in Active Directory's memberOf:1.2.840.113556.1.4.1941:=cn=...
    private void WriteExtensible(string left, string value)
    {
        var parts = left.Split(':');
        var isDn = parts.Skip(1).FirstOrDefault()?.Equals("dn", StringComparison.OrdinalIgnoreCase) == true;
        var rule = parts.Skip(isDn ? 2 : 1).FirstOrDefault();
        if (parts.Length > (isDn ? 3 : 2) || (parts[0].Length == 0 && rule is null))
        {
            throw new FormatException("has a wrong extensible match; write attribute:rule:=value");
        }

        using (_writer.PushSequence(Tag(LdapFilterKind.Extensible, isConstructed: true)))
        {
            if (rule is not null)
            {
                _writer.WriteOctetString(NameOf(rule), new Asn1Tag(TagClass.ContextSpecific, 1));
            }

            if (parts[0].Length > 0)
            {
                _writer.WriteOctetString(NameOf(parts[0]), new Asn1Tag(TagClass.ContextSpecific, 2));
            }

            _writer.WriteOctetString(Unescape(value), new Asn1Tag(TagClass.ContextSpecific, 3));
            if (isDn)
            {
                _writer.WriteBoolean(true, new Asn1Tag(TagClass.ContextSpecific, 4));
            }
        }
    }

    private void Take(char expected)
    {
        if (_position >= _text.Length || _text[_position] != expected)
        {
            throw new FormatException($"lacks a {expected}");
        }

        _position++;
    }

    private static byte[] NameOf(string attribute) => attribute.Length > 0 && attribute.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or ';')
        ? WireText.Encode(attribute)
        : throw new FormatException("has something else than the name of an attribute before a =");

    private static byte[] Unescape(string value)
    {
        const int Digits = 2;
        var bytes = new List<byte>();
        var from = 0;
        for (var at = value.IndexOf('\\'); at >= 0; at = value.IndexOf('\\', from))
        {
            bytes.AddRange(WireText.Encode(value.AsSpan(from, at - from)));
            if (at + Digits >= value.Length
                || !byte.TryParse(value.AsSpan(at + 1, Digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped))
            {
                throw new FormatException("has a \\ without two hexadecimal digits behind it");
            }

            bytes.Add(escaped);
            from = at + 1 + Digits;
        }

        bytes.AddRange(WireText.Encode(value.AsSpan(from)));
        return [.. bytes];
    }
}
