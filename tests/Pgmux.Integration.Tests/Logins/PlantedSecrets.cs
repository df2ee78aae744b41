using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Pgmux.Integration.Tests.Logins;

/// <summary>Secrets that stand nowhere else, by what they are, and every form in which somebody could print them.</summary>
internal sealed class PlantedSecrets
{
    private readonly List<(string Name, string Text)> _all = [];

    /// <summary>The one of this name that was made first.</summary>
    public string this[string name] => _all.First(secret => secret.Name == name).Text;

    /// <summary>Makes one.</summary>
    public string New(string name) => Add(name, $"planted{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}");

    /// <summary>Adds one that is there already.</summary>
    public string Add(string name, string text)
    {
        _all.Add((name, text));
        return text;
    }

    /// <summary>Adds one of bytes.</summary>
    public void AddBytes(string name, ReadOnlySpan<byte> bytes)
    {
        Add($"{name} (hex)", Convert.ToHexString(bytes));
        if (bytes.Length > sizeof(int))
        {
            Add($"{name} (base64)", Convert.ToBase64String(bytes));
            return;
        }

        Add($"{name} (signed)", BinaryPrimitives.ReadInt32BigEndian(bytes).ToString(CultureInfo.InvariantCulture));
        Add($"{name} (unsigned)", BinaryPrimitives.ReadUInt32BigEndian(bytes).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The names of those that a text holds, with the line.</summary>
    public IReadOnlyList<string> FindIn(string text) =>
    [
        .. _all.Where(secret => text.Contains(secret.Text, StringComparison.OrdinalIgnoreCase))
            .Select(secret => $"{secret.Name}: {text.Split('\n').First(line => line.Contains(secret.Text, StringComparison.OrdinalIgnoreCase))}"),
    ];
}
