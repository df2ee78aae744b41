using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>
/// The data path allocates nothing: from a client's request over the lease of a server to its reply, with peers on both sides that allocate
/// nothing either. (Pauses and the growth of the second generation are a matter of long runs.)
/// </summary>
[TestFixture]
internal sealed class AllocationTests
{
    private const int Rounds = 5_000;

    private static readonly byte[] Reply = [.. Replies.Value("a"), .. Replies.ReadyForQuery()];

    private static readonly TestCaseData[] Requests =
    [
        Case("simple query", RawMessages.Query("SELECT a"), Reply),
        Case(
            "extended query, unnamed",
            [.. RawMessages.Parse("SELECT a"), .. RawMessages.Bind(), .. RawMessages.DescribePortal(), .. RawMessages.Execute(), .. RawMessages.Sync()],
            [.. Replies.ParseComplete(), .. Replies.BindComplete(), .. Reply]),
        Case(
            "function call", RawMessages.FunctionCall(1598, "1"), [.. Replies.FunctionCallResponse(), .. Replies.ReadyForQuery()]),
    ];

    [TestCaseSource(nameof(Requests))]
    [Property("Row", "N11")]
    public void A_request_and_its_reply_allocate_nothing(byte[] request, byte[] reply)
    {
        var allocated = AllocationRig.Measure(request, reply, Rounds);

        // The state machine of the last call, and what the tiers of the compiler do meanwhile.
        Assert.That(allocated, Is.LessThan(Rounds / 2));
    }

    private static TestCaseData Case(string name, byte[] request, byte[] reply) => new TestCaseData(request, reply).SetArgDisplayNames(name);
}
