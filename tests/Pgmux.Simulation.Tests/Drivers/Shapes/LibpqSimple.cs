using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers.Shapes;

/// <summary>
/// libpq's PQexec, which psql, pgbench and most scripts use: simple queries, now and then several statements in one, COPY in both
/// directions, and the fast path call that large objects are read with (src/interfaces/libpq/fe-exec.c).
/// </summary>
internal sealed class LibpqSimple(DriverContext context) : Driver(context)
{
    // lo_creat, the first that libpq looks up.
    private const int Function = 957;

    protected override IEnumerable<DriverStep> Perform(Call call)
    {
        if (call.Kind == CallKind.CopyIn)
        {
            return CopyBySimpleQuery(call);
        }

        return Random.Next(12) switch
        {
            0 => [Query($"SELECT {Work.Mark()}; {call.Inlined}; SELECT {Work.Mark()}")],
            1 => [Query(call.Inlined), Ask(RawMessages.FunctionCall(OneIn(4) ? 0 : Function, Work.Mark()))],
            _ => [Query(call.Inlined)],
        };
    }
}
