using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;
using Pgmux.Transport.Uring;

namespace Pgmux.Integration.Tests.Launch;

/// <summary>Which kernel interface serves, and what happens where one is missing.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class EventEngineTests(int postgres) : PgmuxFixture(postgres)
{
    private const string Forbidden = "io_uring is forbidden here, by kernel.io_uring_disabled or by the container's seccomp profile";

    [TestCase("epoll", "epoll")]
    [TestCase("io_uring", "io_uring")]
    [TestCase("auto", "io_uring")]
    public async Task The_engine_that_is_asked_for_serves(string setting, string engine)
    {
        if (engine == "io_uring" && UringSupport.FindObstacle() is { } obstacle)
        {
            Assert.Ignore(obstacle);
        }

        await StartFreshAsync(PgmuxSettings.For(Cluster, ("event_engine", setting)));
        await Pgmux.WaitForLogAsync($"1 event loop\\(s\\) on {engine}, ");
        Assert.That(await AnswerAsync(), Is.EqualTo(42));
    }

    [TestCase(ForbiddenCall.NotPermitted, Forbidden)]
    [TestCase(ForbiddenCall.NoSystemCall, "this kernel has no io_uring \\(it takes Linux 6.1 or later\\), or a seccomp profile hides it")]
    public async Task Auto_takes_epoll_where_io_uring_is_missing_and_says_why(int error, string why)
    {
        await StartFreshAsync(PgmuxSettings.For(Cluster, ("event_engine", "auto")), ForbiddenCall.Uring(error));
        await Pgmux.WaitForLogAsync($"event_engine auto takes epoll: {why}");
        await Pgmux.WaitForLogAsync("1 event loop\\(s\\) on epoll, ");
        Assert.That(await AnswerAsync(), Is.EqualTo(42));
    }

    [Test]
    public async Task Without_io_uring_nothing_starts_that_asks_for_it()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StartFreshAsync(PgmuxSettings.For(Cluster, ("event_engine", "io_uring")), ForbiddenCall.Uring(ForbiddenCall.NotPermitted)));
        Assert.That(failure!.Message, Does.Contain($"event_engine = io_uring: {Forbidden}; auto or epoll serve here"));
        Assert.That(failure.Message, Does.Contain("ended with 1"));
    }

    private async Task<int> AnswerAsync()
    {
        await using var connection = await Pgmux.ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 42";
        return (int)(await command.ExecuteScalarAsync())!;
    }
}
