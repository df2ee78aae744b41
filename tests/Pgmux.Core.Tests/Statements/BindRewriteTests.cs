using FsCheck;
using FsCheck.Fluent;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using static Pgmux.Core.Tests.Statements.StatementRig;

namespace Pgmux.Core.Tests.Statements;

[TestFixture]
internal sealed class BindRewriteTests
{
    [Test, Property("Row", "B102")]
    public void Only_the_name_of_a_Bind_changes()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        client.Ask(Prepare("SELECT $1 $2 $3", "a"));
        var server = mux.Postgres.Single;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll<byte[], byte[], bool>((first, second, isBinary) =>
            {
                var bind = RawMessages.Message('B', [.. RawMessages.String("portal"), .. RawMessages.String("a"), .. Values([first, null, second], isBinary)]);
                client.Send(bind, RawMessages.Sync());
                client.Take();
                var received = server.Received.Last(message => message.Type == 'B');
                return received.Text.StartsWith("portal\0pgmux_", StringComparison.Ordinal)
                    && received.After(texts: 2).SequenceEqual(new RawMessage('B', bind[5..]).After(texts: 2));
            }));
    }

    [TestCase(1)]
    [TestCase(100_000)]
    [TestCase(5_000_000)]
    [Property("Row", "B102")]
    public void A_large_value_streams_through_behind_the_new_name(int length)
    {
        using var mux = TestMux.Start(("default_pool_size", "2"));
        var client = mux.LoginPrepared("SELECT $1", "a");
        var value = new string('v', length);
        client.Send(Use("a", value));
        Assert.That(client.Replies.Single(reply => reply.Type == 'D').Columns()[0], Is.EqualTo(value));
        Assert.That(client.Replies.Select(reply => reply.Type), Is.EqualTo("2DCZ"));
        Assert.That(mux.RentedBytes, Is.LessThan(1 << 20));
    }

    private static byte[] Values(byte[]?[] values, bool isBinary) =>
    [
        .. RawMessages.Int16(1), .. RawMessages.Int16(isBinary ? 1 : 0),
        .. RawMessages.Int16(values.Length),
        .. values.SelectMany(value => RawMessages.Int32(value?.Length ?? -1).Concat(value ?? [])),
        .. RawMessages.Int16(0),
    ];
}
