using System.Text;

namespace Pgmux.Core.Authentication.Ldap;

/// <summary>Distinguished names made of users' names.</summary>
internal static class LdapName
{
    private const string Special = "\\\"+,;<>=";

    /// <summary>A text as it stands for itself as a value in a distinguished name (RFC 4514, 2.4).</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var isAtEdge = (i == 0 && text[i] is ' ' or '#') || (i == text.Length - 1 && text[i] == ' ');
            if (text[i] == '\0')
            {
                escaped.Append("\\00");
                continue;
            }

            if (isAtEdge || Special.Contains(text[i]))
            {
                escaped.Append('\\');
            }

            escaped.Append(text[i]);
        }

        return escaped.ToString();
    }
}
