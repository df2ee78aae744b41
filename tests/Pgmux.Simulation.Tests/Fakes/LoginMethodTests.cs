using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Fakes;

[TestFixture]
internal sealed class LoginMethodTests
{
    [TestCase(LoginMethod.Trust)]
    [TestCase(LoginMethod.Cleartext)]
    [TestCase(LoginMethod.Md5)]
    [TestCase(LoginMethod.ScramSha256)]
    public void The_multiplexer_logs_in_with_the_right_password(LoginMethod method)
    {
        using var mux = TestMux.Start();
        mux.Postgres.LoginMethod = method;
        mux.Postgres.Passwords["alice"] = "secret-a";
        Assert.That(mux.Login().Query("SELECT n1"), Is.EqualTo("T D(n1) C(SELECT 1) Z(I)"));
    }

    [TestCase(LoginMethod.Cleartext)]
    [TestCase(LoginMethod.Md5)]
    [TestCase(LoginMethod.ScramSha256)]
    public void A_wrong_password_is_refused(LoginMethod method)
    {
        using var mux = TestMux.Start();
        mux.Postgres.LoginMethod = method;
        mux.Postgres.Passwords["alice"] = "another";
        Assert.That(mux.BeginLogin().Take(), Does.Contain("28P01"));
    }

    [Test]
    public void A_user_without_a_password_is_refused([Values(LoginMethod.Cleartext, LoginMethod.Md5, LoginMethod.ScramSha256)] LoginMethod method)
    {
        using var mux = TestMux.Start();
        mux.Postgres.LoginMethod = method;
        Assert.That(mux.BeginLogin().Take(), Does.Contain("28P01"));
    }

    [Test]
    public void An_unknown_method_ends_the_login()
    {
        using var mux = TestMux.Start();
        mux.Postgres.LoginMethod = LoginMethod.Unknown;
        var client = mux.BeginLogin();
        Assert.That(client.Take(), Does.StartWith("E(").And.EndWith("EOF"));
        Assert.That(mux.Postgres.Servers[0].IsOpen, Is.False);
    }

    [TestCase(LoginMethod.Cleartext)]
    [TestCase(LoginMethod.ScramSha256)]
    public void Something_else_than_an_answer_is_a_breach_of_the_protocol(LoginMethod method)
    {
        var rig = new FakeRig();
        rig.Postgres.LoginMethod = method;
        var client = rig.BeginLogin();
        Assert.That(client.Take(), Is.EqualTo("R"));
        Assert.That(client.Query("SELECT 1"), Is.EqualTo("E(08P01 expected password response, got message type 81) EOF"));
    }

    [Test]
    public void A_broken_SCRAM_message_is_refused()
    {
        var rig = new FakeRig();
        rig.Postgres.LoginMethod = LoginMethod.ScramSha256;
        var client = rig.BeginLogin();
        Assert.That(client.Ask(RawMessages.Message('p', RawMessages.String("nonsense"))), Does.EndWith("E(08P01 malformed SCRAM message) EOF"));
    }
}
