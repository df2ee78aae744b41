using Pgmux.Transport.Sockets;
using Pgmux.Transport.Uring;

namespace Pgmux.Transport.Tests.Sockets;

/// <summary>Skips tests of io_uring where there is none: in a container that forbids it, or on an old kernel.</summary>
internal static class UringRequirement
{
    private static readonly Lazy<string?> Obstacle = new(UringSupport.FindObstacle);

    public static void Check(SocketEngine engine)
    {
        if (engine == SocketEngine.Uring && Obstacle.Value is { } obstacle)
        {
            Assert.Ignore(obstacle);
        }
    }
}
