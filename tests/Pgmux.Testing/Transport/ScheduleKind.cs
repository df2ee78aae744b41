namespace Pgmux.Testing.Transport;

/// <summary>Who goes next when several could: each way finds mistakes that the others rarely come across.</summary>
internal enum ScheduleKind
{
    /// <summary>Anybody, each as likely as the others.</summary>
    Uniform,

    /// <summary>Anybody but one, who waits as long as it is allowed to; who that is changes now and then.</summary>
    StarveOne,

    /// <summary>Who has become ready last, so that the earliest wait longest.</summary>
    Lifo,

    /// <summary>
    /// The highest of random priorities, which now and then becomes the lowest: probabilistic concurrency testing, which finds mistakes
    /// that need few orders of events to come together.
    /// </summary>
    PriorityChange,
}
