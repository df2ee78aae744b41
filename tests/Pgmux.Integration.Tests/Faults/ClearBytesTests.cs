using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>Bytes that stand behind a request for encryption before it was answered: somebody in between may have put them there.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class ClearBytesTests(int postgres) : PgmuxFixture(postgres)
{
    [SetUp]
    public Task StartTrustingAsync() => StartAsync();

    [TestCase(RawMessages.SslCode, "received unencrypted data after SSL request")]
    [TestCase(RawMessages.GssEncryptionCode, "received unencrypted data after GSSAPI encryption request")]
    [Property("Row", "C07"), Property("Row", "C09"), Property("Row", "N07"), Property("Row", "T01")]
    public async Task What_comes_with_the_request_is_never_executed(int code, string message)
    {
        await Cluster.ExecuteAsync("DROP TABLE IF EXISTS injected; CREATE TABLE injected (n int)");
        byte[] injected =
        [
            .. RawMessages.StartupPacket(code, []), .. RawMessages.Startup(("user", "postgres"), ("database", "app")),
            .. RawMessages.Query("INSERT INTO injected VALUES (1)"),
        ];

        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(injected);
        var answer = await client.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            // No answer to the request itself: the client must not begin to encrypt.
            Assert.That(string.Join(' ', answer), Is.EqualTo($"E(FATAL 08P01 {message})"));
            Assert.That(await Cluster.QueryAsync<long>("SELECT count(*) FROM injected"), Is.Zero);
        }
    }
}
