namespace Pgmux.Core.Tests.Authentication;

/// <summary>What the scripted client knows.</summary>
public enum PasswordKind
{
    Right,
    Wrong,
    Empty,
}
