using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>Clients before their login, and how they are turned away.</summary>
internal abstract class HandshakeFixture(int postgres) : PgmuxFixture(postgres)
{
    protected static readonly (string, string)[] AppLogin = [("user", "app"), ("database", "app")];

    protected static void AssertFatal(RawMessage error, string sqlState, string text)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Type, Is.EqualTo('E'));
            Assert.That(error.Severity, Is.EqualTo("FATAL"));
            Assert.That(error.SqlState, Is.EqualTo(sqlState));
            Assert.That(error.Message, Does.StartWith(text));
        }
    }

    /// <summary>The connection ends with one FATAL error or silently; everybody else is served.</summary>
    protected async Task AssertOneFatalAtMostAsync(RawClient client)
    {
        var messages = await client.ReadToEndAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages, Has.Count.AtMost(1));
            Assert.That(messages.Select(message => message.Severity), Is.All.EqualTo("FATAL"));
        }

        await AssertServesAsync();
    }

    protected async Task AssertServesAsync()
    {
        await using var other = await LoginAsync();
        Assert.That(await other.ScalarAsync("SELECT 'served'"), Is.EqualTo("served"));
    }

    /// <summary>Sends a startup packet; the only answer must be an error, then the end.</summary>
    protected async Task<RawMessage> RefusalAsync(byte[] startup)
    {
        await using var client = await RawClient.ConnectAsync(Pgmux.TcpEndPoint);
        await client.SendAsync(startup);
        var messages = await client.ReadToEndAsync();
        Assert.That(messages.Count(message => message.Type == 'E'), Is.EqualTo(1), string.Join(' ', messages));
        return messages[^1];
    }
}
