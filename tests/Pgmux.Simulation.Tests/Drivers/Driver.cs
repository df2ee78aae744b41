using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>
/// One session of a driver: a row of steps without end, in the shape that the driver has on the wire. A driver that waits looks at what
/// has come; one that is hurried on by an impatient client does not know yet, and what it says then is still legal.
/// </summary>
internal abstract class Driver(DriverContext context)
{
    protected Random Random { get; } = context.Random;

    protected IDriverView View { get; } = context.View;

    /// <summary>The statements that the session's user asks for.</summary>
    protected Workload Work { get; } = context.Work;

    /// <summary>What its wire shape is called.</summary>
    public string Name => GetType().Name;

    /// <summary>The steps, one at a time.</summary>
    public IEnumerable<DriverStep> Run()
    {
        while (true)
        {
            var unit = Work.Next();
            foreach (var step in Perform(unit))
            {
                yield return step;
            }

            if (unit.Resets)
            {
                yield return Rest();
            }
        }
    }

    /// <summary>A transaction of several statements, or one statement by itself.</summary>
    protected virtual IEnumerable<DriverStep> Perform(WorkUnit unit)
    {
        foreach (var step in unit.IsTransaction ? Begin() : [])
        {
            yield return step;
        }

        foreach (var call in unit.Calls)
        {
            foreach (var step in Perform(call))
            {
                yield return step;
            }

            if (unit.IsTransaction && View.Status == 'E')
            {
                break;
            }
        }

        foreach (var step in unit.IsTransaction ? End(View.Status == 'E' || unit.RollsBack ? "ROLLBACK" : "COMMIT") : [])
        {
            yield return step;
        }
    }

    protected virtual IEnumerable<DriverStep> Begin() => [Query("BEGIN")];

    protected virtual IEnumerable<DriverStep> End(string sql) => [Query(sql)];

    /// <summary>One statement, COPY included.</summary>
    protected abstract IEnumerable<DriverStep> Perform(Call call);

    /// <summary>COPY by a simple query, as most drivers do it.</summary>
    protected IEnumerable<DriverStep> CopyBySimpleQuery(Call call)
    {
        yield return new DriverStep(DriverWait.Permission, [RawMessages.Query(call.Sql)]);
        if (View.IsInCopy)
        {
            yield return Ask([.. DataOf(call)]);
        }
    }

    /// <summary>The data of a COPY FROM STDIN and its end.</summary>
    protected static IEnumerable<byte[]> DataOf(Call call) =>
        call.Values.Select(row => RawMessages.CopyData($"{row}\n")).Append(call.GivesUp ? RawMessages.CopyFail("given up") : RawMessages.CopyDone());

    protected static DriverStep Ask(params IReadOnlyList<byte[]> messages) => new(DriverWait.Answers, messages);

    protected static DriverStep Send(params IReadOnlyList<byte[]> messages) => new(DriverWait.None, messages);

    /// <summary>
    /// Waits, whoever is in a hurry. What follows a RESET in the same pipeline finds the server at the values of its own login: the
    /// client's come back with its next transaction.
    /// </summary>
    protected static DriverStep Rest() => new(DriverWait.Permission, []);

    protected static DriverStep Query(string sql) => Ask(RawMessages.Query(sql));

    protected bool OneIn(int count) => Random.Next(count) == 0;
}
