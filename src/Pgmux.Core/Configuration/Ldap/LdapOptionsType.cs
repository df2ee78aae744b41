using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Configuration.Ldap;

/// <summary>
/// The text of auth_ldap_options. It is read by <see cref="LdapOptionsReader"/>, whose faults do not show it; printed, it has no password.
/// </summary>
internal sealed class LdapOptionsType : SettingType<string?>
{
    private const string Hidden = "****";
    private const string PasswordOption = LdapOptionNames.BindPassword + "=";

    /// <inheritdoc/>
    public override bool HidesSecrets => true;

    /// <inheritdoc/>
    public override bool TryParse(string text, out string? value, out string problem)
    {
        value = text;
        problem = "";
        return true;
    }

    /// <inheritdoc/>
    public override string? Print(string? value)
    {
        var fields = new List<HbaField>();
        if (string.IsNullOrEmpty(value))
        {
            return value;
        }

        // What is no list of options may have its password anywhere.
        return LdapOptionsReader.Read(value, out _) is not null && HbaLexer.TrySplit(value, fields, out _, hasComments: false)
            ? string.Join(' ', fields.SelectMany(field => field.Tokens).Select(Shown))
            : Hidden;
    }

    private static string Shown(HbaToken token) =>
        token.Text.StartsWith(PasswordOption, StringComparison.Ordinal) ? PasswordOption + Hidden : token.ToString();
}
