using System.Net.Sockets;

namespace Pgmux.Transport.Tests.Contract;

public sealed class UnixContractTests : TransportContractTests
{
    protected override ContractRig NewRig() =>
        new EpollRig(new UnixDomainSocketEndPoint(Path.Combine(Path.GetTempPath(), $"pgmux-{Guid.NewGuid():N}")));
}
