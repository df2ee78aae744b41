using System.Linq.Expressions;
using Pgmux.Testing.Transport;

namespace Pgmux.Benchmarks.Relay;

/// <summary>
/// Makes simulated networks with the buffers that ship. The tests' own overwrite whatever is returned, up to 64 KiB each time, which is
/// more than a short transaction costs.
/// </summary>
internal static class PlainBuffers
{
    private static readonly Delegate Create = CompileCreate();

    public static SimulatedNetwork CreateNetwork()
    {
        var network = new SimulatedNetwork();
        typeof(SimulatedNetwork).GetProperty(nameof(SimulatedNetwork.CreateBuffers))!.SetValue(network, Create);
        return network;
    }

    // The pool's type is the transport's own; here it has no name.
    private static Delegate CompileCreate()
    {
        var factory = typeof(SimulatedNetwork).GetProperty(nameof(SimulatedNetwork.CreateBuffers))!.PropertyType;
        return Expression.Lambda(factory, Expression.New(factory.GetGenericArguments()[0])).Compile();
    }
}
