using System.Net;

namespace Pgmux.Transport.Tests.Contract;

public sealed class TcpContractTests : TransportContractTests
{
    protected override ContractRig NewRig() => new EpollRig(new IPEndPoint(IPAddress.Loopback, 0));
}
