using static Pgmux.Core.Configuration.SettingRow;

namespace Pgmux.Core.Configuration;

/// <summary>Settings of the process as a whole.</summary>
internal static class ProcessSettings
{
    /// <summary>More threads than any machine has cores is a typing error.</summary>
    private const int MostWorkerThreads = 256;

    private static readonly ChoiceType<EventEngine> Engines
        = new([("auto", EventEngine.Auto), ("io_uring", EventEngine.IoUring), ("epoll", EventEngine.Epoll)]);

    /// <summary>The rows.</summary>
    public static readonly Setting[] All =
    [
        Text("pidfile", "", o => o.Pidfile, (o, v) => o with { Pidfile = v! }).Fixed(),
        Text("user", null, o => o.User, (o, v) => o with { User = v }).Fixed(),
        TextWithoutEffect("job_name", "pgbouncer").Fixed(),
        Text(ConfigSnapshot.FileSetting, null, o => o.Conffile, (o, v) => o with { Conffile = v }),
        Row("stats_period", "60", new WholeUnitsType(TimeSpan.FromSeconds(1), 1), o => o.StatsPeriod, (o, v) => o with { StatsPeriod = v }),
        Row("worker_threads", "1", new IntegerType(1, MostWorkerThreads), o => o.WorkerThreads, (o, v) => o with { WorkerThreads = v }).Fixed(),
        Row("event_engine", "auto", Engines, o => o.EventEngine, (o, v) => o with { EventEngine = v }).Fixed(),

        Names("admin_users", "", o => o.AdminUsers, (o, v) => o with { AdminUsers = v }),
        Names("stats_users", "", o => o.StatsUsers, (o, v) => o with { StatsUsers = v }),
    ];
}
