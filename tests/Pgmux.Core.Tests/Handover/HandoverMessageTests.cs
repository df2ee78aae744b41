using Pgmux.Core.Handover;

namespace Pgmux.Core.Tests.Handover;

[TestFixture]
internal sealed class HandoverMessageTests
{
    // A byte that is no UTF-8, as WireText has it.
    private const string Foreign = "caf\uDCE9";

    private static readonly ParkedClient Client = new()
    {
        Database = Foreign,
        User = "app",
        Parameters = [new ParkedParameter("application_name", Foreign, null), new ParkedParameter("TimeZone", null, "UTC")],
        Statements = [new ParkedStatement([0xE9], IsSql: true, IsShared: false, [1, 2, 3])],
        CancelProcessId = 4711,
        CancelSecret = [1, 2, 3, 4],
        HasLongCancelKey = false,
        AgeMilliseconds = 5,
        Proxied = "192.0.2.1:4711",
    };

    [Test]
    public void A_client_comes_back_as_it_was_whatever_the_encoding_of_its_names()
    {
        var sent = HandoverMessage.Of(HandoverMessageKind.Client, Client, HandoverJson.Default.ParkedClient, 7);
        var read = HandoverMessage.Read(sent.Bytes, sent.Descriptors);
        var client = read.Content(HandoverJson.Default.ParkedClient);
        Assert.That((read.Kind, read.Descriptors.Single()), Is.EqualTo((HandoverMessageKind.Client, 7)));
        Assert.That((client.Database, client.User, client.CancelProcessId, client.Proxied), Is.EqualTo((Foreign, "app", 4711, "192.0.2.1:4711")));
        Assert.That(client.Parameters, Is.EqualTo(Client.Parameters));
        Assert.That(client.CancelSecret, Is.EqualTo(Client.CancelSecret));
        var statement = client.Statements.Single();
        Assert.That((statement.IsSql, statement.IsShared), Is.EqualTo((true, false)));
        Assert.That((statement.Name, statement.Definition), Is.EqualTo((new byte[] { 0xE9 }, new byte[] { 1, 2, 3 })));
    }

    [Test]
    public void Secrets_come_back_and_are_not_shown()
    {
        var secrets = new PoolSecrets { Database = "app", User = "u", Password = Foreign, HasScramSecret = true, ClientKey = [1], ServerKey = [2] };
        var sent = HandoverMessage.Of(HandoverMessageKind.Secrets, secrets, HandoverJson.Default.PoolSecrets);
        var read = HandoverMessage.Read(sent.Bytes, []).Content(HandoverJson.Default.PoolSecrets);
        Assert.That((read.Password, read.HasScramSecret, read.Md5Secret, read.Token), Is.EqualTo((Foreign, true, (string?)null, (string?)null)));
        Assert.That((read.ClientKey, read.ServerKey), Is.EqualTo((new byte[] { 1 }, new byte[] { 2 })));
        Assert.That($"{secrets} {sent}", Is.EqualTo("secrets of app/u Secrets"));
    }

    [TestCase("", TestName = "empty")]
    [TestCase("null", TestName = "nothing")]
    [TestCase("{", TestName = "broken")]
    [TestCase("{\"Database\":\"YQ==\"}", TestName = "half")]
    [TestCase("{\"Database\":\"no base64\",\"User\":\"YQ==\"}", TestName = "text")]
    public void What_is_no_client_is_refused(string json) => Assert.That(
        () => HandoverMessage.Read([(byte)HandoverMessageKind.Client, .. System.Text.Encoding.UTF8.GetBytes(json)], []).Content(HandoverJson.Default.ParkedClient),
        Throws.InstanceOf<IOException>().With.Message.StartsWith("The other process has sent a"));

    [Test]
    public void An_empty_message_is_refused() => Assert.That(() => HandoverMessage.Read([], []), Throws.InstanceOf<IOException>());
}
