namespace Pgmux.Core.Clients.Pam;

/// <summary>Asks PAM off the loops. The tests have answers of their own.</summary>
internal interface IPamChecks
{
    /// <summary>Has a check run; <see cref="PamCheck.Tell"/> follows. Any thread.</summary>
    /// <returns>False when too many wait.</returns>
    bool TryStart(PamCheck check);
}
