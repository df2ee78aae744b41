using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

/// <summary>What pam needs, in auth_type and in HBA files.</summary>
[TestFixture]
internal sealed class PamRuleTests
{
    private readonly ConfigFiles _files = new();

    [OneTimeTearDown]
    public void Remove() => _files.Dispose();

    [TestCase("auth_type = pam", "", "pgmux.ini:2")]
    [TestCase("auth_type = hba\nauth_hba_file = {hba}", "local all all trust\nhost all all all pam\n", "hba.conf:2")]
    [TestCase("auth_type = hba\nauth_hba_file = {hba}", "host all all all md5\n", null)]
    [TestCase("auth_type = md5", "", null)]
    public void Without_the_library_nobody_starts_who_asks_for_it(string settings, string hba, string? place)
    {
        var snapshot = Load(settings, hba);
        List<ConfigFault> faults = [];
        new PamRule(() => false).Check(snapshot, faults, []);
        Assert.That(
            faults.Select(fault => $"{Path.GetFileName(fault.File)}:{fault.Line}: {fault.Message}"),
            Is.EqualTo(place is null
                ? []
                : new[] { $"{place}: PAM is asked for, and the system has no libpam.so.0; install it (package libpam0g or pam), or use another method" }));
        faults.Clear();
        new PamRule(() => true).Check(snapshot, faults, []);
        Assert.That(faults, Is.Empty);
    }

    [Test]
    public void What_pam_does_not_look_at_is_warned_of()
    {
        var users = _files.Write("users.txt", "\"alice\" \"secret\"\n");
        var result = _files.Load($"[pgbouncer]\nauth_type = pam\nauth_file = {users}\nauth_user = asker\n");
        var snapshot = result.Snapshot ?? throw new InvalidOperationException(string.Join('\n', result.Faults));
        Assert.That(
            result.Warnings.Select(warning => warning.Message),
            Is.EqualTo(new[] { "auth_type is pam, so auth_file is not read", "auth_type is pam, so auth_user asks for nobody" }));
        Assert.That(snapshot.UserList.Count, Is.Zero);
    }

    [Test]
    public void Whom_PAM_knows_needs_no_file_of_users() => Assert.That(
        _files.Load($"[pgbouncer]\nauth_type = hba\nauth_hba_file = {_files.Write("hba.conf", "host all all all pam\n")}\n").Warnings, Is.Empty);

    [TestCase("pamservice=a pamservice=b", "option \"pamservice=b\" is not supported; map=NAME, clientcert=verify-ca or verify-full and pamservice=NAME may follow the method, once each")]
    [TestCase("pamservice=", "pamservice must be the name of a file in /etc/pam.d, not \"\"")]
    [TestCase("pamservice=../other", "pamservice must be the name of a file in /etc/pam.d, not \"../other\"")]
    public void The_service_is_the_name_of_a_file(string option, string problem) => Assert.That(
        _files.FaultsOf($"[pgbouncer]\nauth_type = hba\nauth_hba_file = {_files.Write("hba.conf", $"host all all all pam {option}\n")}\n"),
        Has.One.EqualTo($"1: {problem}"));

    [Test]
    public void Other_methods_have_no_service() => Assert.That(
        _files.FaultsOf($"[pgbouncer]\nauth_type = hba\nauth_hba_file = {_files.Write("hba.conf", "host all all all md5 pamservice=x\n")}\n"),
        Has.One.EqualTo("1: pamservice is for pam, not for md5"));

    private ConfigSnapshot Load(string settings, string hba)
    {
        var path = _files.Write("hba.conf", hba);
        return _files.LoadGood($"[pgbouncer]\n{settings.Replace("{hba}", path, StringComparison.Ordinal)}\n");
    }
}
