namespace Pgmux.Simulation.Tests.Drivers.Shapes;

/// <summary>No driver in particular: whatever a session may do, in any order, with names that are given twice and statements that are unknown.</summary>
internal sealed class Wanderer(DriverContext context) : Driver(context)
{
    private readonly DriverShapes _shapes = new(context.Random, context.Work.Mark);

    protected override IEnumerable<DriverStep> Perform(WorkUnit unit)
    {
        // Rarely: it costs the session now and then.
        IEnumerable<byte[]> messages = OneIn(25) ? _shapes.NextBehindCopy(Work.HasStatements)
            : Work.HasStatements ? _shapes.Next()
            : _shapes.NextSelfContained(isPatient: false);
        return [new DriverStep(OneIn(3) ? DriverWait.Answers : DriverWait.None, [.. messages])];
    }

    protected override IEnumerable<DriverStep> Perform(Call call) => [Query(call.Inlined)];
}
