namespace Pgmux.Core.Configuration.Ciphers;

/// <summary>Suites of TLS 1.3, by their names, with colons between them. Empty, and null for a setting that nobody set: those of OpenSSL.</summary>
internal sealed class Tls13CiphersType : SettingType<TlsCiphers?>
{
    /// <inheritdoc/>
    public override bool TryParse(string text, out TlsCiphers? value, out string problem)
    {
        problem = "";
        value = new TlsCiphers(text);
        var names = text.Split([':', ',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
        {
            return true;
        }

        var suites = names.Distinct().SelectMany(name => CipherSuites.Tls13.Where(suite => $"{suite}" == name)).ToArray();
        if (suites.Length > 0)
        {
            value = value with { Suites = suites, UnknownWords = [.. names.Where(name => !CipherSuites.Tls13.Any(suite => $"{suite}" == name))] };
            return true;
        }

        // The first words are what scripts look for in PgBouncer's log.
        problem = $"failed to set the TLSv1.3 cipher suites; it must be empty or a list of {string.Join(", ", CipherSuites.Tls13)}";
        return false;
    }

    /// <inheritdoc/>
    public override string? Print(TlsCiphers? value) => value?.Text;
}
