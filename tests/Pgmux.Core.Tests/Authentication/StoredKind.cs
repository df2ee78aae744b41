namespace Pgmux.Core.Tests.Authentication;

/// <summary>What is stored for the user that logs in.</summary>
public enum StoredKind
{
    NoSuchUser,
    NoPassword,
    Plain,
    Md5,
    Scram,
}
