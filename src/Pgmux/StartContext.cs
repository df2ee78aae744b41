using Pgmux.Background;
using Pgmux.Core.Hosting.Restart;
using Pgmux.ServiceManager;

namespace Pgmux;

/// <summary>Who has started the process and wants to hear of it.</summary>
/// <param name="Background">Set when it runs in the background, for somebody who waits until it serves.</param>
/// <param name="Manager">The service manager, or one that says nothing to nobody.</param>
/// <param name="Sockets">Descriptors that the service manager listens on for it.</param>
internal sealed record StartContext(BackgroundProcess? Background, ServiceNotifier Manager, IReadOnlyList<int> Sockets)
{
    /// <summary>The process that runs already and is taken over from (-R); null when there is none.</summary>
    public Takeover? Takeover { get; init; }

    /// <summary>Clients are served from now on.</summary>
    public void OnServing()
    {
        Background?.OnServing();
        Manager.Ready();
    }
}
