namespace Pgmux.Testing.Transport;

/// <summary>What a <see cref="SeededSchedule"/> remembers of one that may go or wait.</summary>
internal sealed class ScheduleEntry
{
    /// <summary>Drawn when it is looked at for the first time.</summary>
    public long? Priority { get; set; }

    /// <summary>How often others were let go ahead of it since its own last turn.</summary>
    public int PassedOver { get; set; }
}
