namespace Pgmux.Testing.Chaos;

/// <summary>What the proxy does with those who connect.</summary>
internal enum ProxyMode
{
    /// <summary>Connects them to the target.</summary>
    Forward,

    /// <summary>Nobody listens: connecting is refused.</summary>
    Refuse,

    /// <summary>Accepts, then neither reads nor writes.</summary>
    Hang,

    /// <summary>Accepts and resets at once.</summary>
    Reset,

    /// <summary>The packets that ask for a connection vanish: connecting takes as long as the caller has patience.</summary>
    Vanish,
}
