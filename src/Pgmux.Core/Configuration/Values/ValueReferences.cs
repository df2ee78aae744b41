using System.Text;

namespace Pgmux.Core.Configuration.Values;

/// <summary>
/// Puts what stands elsewhere into values of the configuration: <c>${NAME}</c> is an environment variable, <c>${file:/path}</c> the
/// content of a file without the line ends behind it, as secrets are mounted into containers; <c>$${</c> is a plain <c>${</c>.
/// pgmux's own: PgBouncer takes all of it as it is written.
/// </summary>
internal sealed class ValueReferences(Func<string, string?> environment)
{
    /// <summary>A value with more than this is a mistake: secrets and certificates' names are far shorter, and a line of a file too.</summary>
    private const int LongestValueBytes = 64 * 1024;

    private const string Opening = "${";
    private const string FilePrefix = "file:";

    /// <summary>References to the environment of this process.</summary>
    public static readonly ValueReferences OfProcess = new(Environment.GetEnvironmentVariable);

    /// <summary>The value that <paramref name="text"/> means; false and what is wrong, without a secret, when it means none.</summary>
    public bool TryResolve(string text, out string value, out string problem)
    {
        value = text;
        problem = "";
        var start = text.IndexOf(Opening, StringComparison.Ordinal);
        if (start < 0)
        {
            return true;
        }

        var resolved = new StringBuilder();
        var position = 0;
        for (; start >= 0; start = text.IndexOf(Opening, position, StringComparison.Ordinal))
        {
            if (start > position && text[start - 1] == '$')
            {
                resolved.Append(text, position, start - position).Append('{');
                position = start + Opening.Length;
                continue;
            }

            resolved.Append(text, position, start - position);
            var end = text.IndexOf('}', start);
            if (end < 0)
            {
                problem = "has a ${ without a closing brace; a plain ${ is written $${";
                return false;
            }

            if (Find(text[(start + Opening.Length)..end], out problem) is not { } found)
            {
                return false;
            }

            resolved.Append(found);
            position = end + 1;
        }

        value = resolved.Append(text, position, text.Length - position).ToString();
        return true;
    }

    private string? Find(string name, out string problem)
    {
        problem = "";
        if (name.StartsWith(FilePrefix, StringComparison.Ordinal))
        {
            return ReadFile(name[FilePrefix.Length..], out problem);
        }

        var value = environment(name);
        if (value is null)
        {
            problem = $"refers to the environment variable \"{name}\", which is not set; a plain ${{ is written $${{";
        }

        return value;
    }

    private static string? ReadFile(string path, out string problem)
    {
        var bytes = BoundedFile.Read(path, LongestValueBytes, out problem);
        if (bytes is null)
        {
            problem = $"refers to the file \"{path}\", which {problem}";
            return null;
        }

        var content = Encoding.UTF8.GetString(bytes).TrimEnd('\r', '\n');
        if (content.AsSpan().ContainsAny('\n', '\0'))
        {
            problem = $"refers to the file \"{path}\", which has more than one line";
            return null;
        }

        return content;
    }
}
