namespace Pgmux.Core.Configuration;

/// <summary>Whoever wants PAM needs its library: without it every login would fail.</summary>
/// <param name="isAvailable">Whether the system has it.</param>
internal sealed class PamRule(Func<bool> isAvailable) : IOptionsRule
{
    private const string Missing = "PAM is asked for, and the system has no libpam.so.0; install it (package libpam0g or pam), or use another method";

    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        if (snapshot.Options.AuthType == AuthType.Pam)
        {
            if (!isAvailable())
            {
                faults.Add(snapshot.LocationOf("auth_type").Fault(Missing));
            }

            if (!string.IsNullOrEmpty(snapshot.Options.AuthFile))
            {
                warnings.Add(snapshot.LocationOf("auth_file").Fault("auth_type is pam, so auth_file is not read"));
            }
        }
        else if (snapshot.Hba.All.FirstOrDefault(rule => rule.Method == AuthType.Pam) is { } rule && !isAvailable())
        {
            faults.Add(rule.Location.Fault(Missing));
        }
    }
}
