namespace Pgmux.Testing.Transport;

/// <summary>Something that a <see cref="SeededSchedule"/> lets go or wait.</summary>
internal interface IScheduled
{
    /// <summary>What the schedule remembers of it.</summary>
    ScheduleEntry Schedule { get; }
}
