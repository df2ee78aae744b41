namespace Pgmux.Core.Configuration.Ciphers;

/// <summary>
/// Suites of TLS 1.2: PgBouncer's words, or a list in OpenSSL's language. default, secure, fast and normal are what the system's OpenSSL
/// does, as in PgBouncer 1.25.
/// </summary>
/// <param name="ofClients">
/// Whether it is about connections of clients. .NET sets no parameters for Diffie-Hellman over numbers, so a server of it cannot do DHE.
/// </param>
internal sealed class TlsCiphersType(bool ofClients) : SettingType<TlsCiphers>
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["default"] = "",
        ["secure"] = "",
        ["fast"] = "",
        ["normal"] = "",
        ["all"] = "ALL:!aNULL:!eNULL",
        ["insecure"] = "ALL:!aNULL:!eNULL",
        ["compat"] = "HIGH:+3DES:!aNULL",
        ["legacy"] = "HIGH:+3DES:!aNULL",
    };

    /// <inheritdoc/>
    public override bool TryParse(string text, out TlsCiphers value, out string problem)
    {
        problem = "";
        value = new TlsCiphers(text);

        // An empty value sets nothing in PgBouncer.
        var expression = Words.GetValueOrDefault(text, text);
        if (expression.Length == 0)
        {
            return true;
        }

        var read = CipherExpression.Read(expression);
        var usable = read.Suites.Where(suite => !ofClients || !suite.IsEphemeralDiffieHellman).ToArray();
        if (usable.Length > 0)
        {
            value = value with { Suites = [.. usable.Select(suite => suite.Suite)], UnknownWords = read.UnknownWords };
            return true;
        }

        problem = "must be default, all or a list of OpenSSL's names such as ECDHE-RSA-AES256-GCM-SHA384 or HIGH:!aNULL; "
            + (read.Suites.Count > 0 ? "DHE is not offered to clients, so none is left of this one" : "no suite that may be used is left of this one");
        return false;
    }

    /// <inheritdoc/>
    public override string Print(TlsCiphers value) => value.Text;
}
