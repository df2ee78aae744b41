namespace Pgmux.Transport.Pam;

/// <summary>Why PAM lets a user not in.</summary>
/// <param name="Reason">Which call has failed and why, for the log.</param>
/// <param name="IsDecision">Whether a module has judged user and password; false when one could not, or PAM itself did not work.</param>
public sealed record PamRefusal(string Reason, bool IsDecision);
