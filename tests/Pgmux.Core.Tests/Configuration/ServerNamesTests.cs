using Pgmux.Core.Configuration;
using Pgmux.Testing.Certificates;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Configuration;

/// <summary>Certificates by the host that a client names.</summary>
[TestFixture]
internal sealed class ServerNamesTests
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("names");
    private readonly List<string> _faults = [];

    [SetUp]
    public void ClearFolder()
    {
        _faults.Clear();
        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            File.Delete(file);
        }
    }

    [OneTimeTearDown]
    public void RemoveFiles()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [TestCase("db.example.com", "db.example.com")]
    [TestCase("DB.Example.Com", "db.example.com")]
    [TestCase("other.example.com", "*.example.com")]
    [TestCase("a.b.example.com", null)]
    [TestCase("example.com", null)]
    [TestCase(".example.com", null)]
    [TestCase("*.example.com", "*.example.com")]
    [TestCase("localhost", "localhost")]
    [TestCase("elsewhere", null)]
    [TestCase("", null)]
    public void The_exact_name_counts_before_the_wildcard(string asked, string? shown)
    {
        foreach (var name in new[] { "db.example.com", "*.example.com", "localhost" })
        {
            _authority.Sign(name).Write(_folder, name);
        }

        var names = Read();

        Assert.That(_faults, Is.Empty);
        Assert.That(names!.Find(asked)?.TargetCertificate.Subject, Is.EqualTo(shown is null ? null : $"CN={shown}"));
    }

    [Test]
    public void A_certificate_without_its_key_is_told()
    {
        _authority.Sign("a").Write(_folder, "a");
        File.Delete(_folder.File("a.key"));

        Read();

        Assert.That(_faults, Is.EqualTo(new[] { $"client_tls_sni_dir: \"{_folder.File("a.key")}\" cannot be read: no such file or directory" }));
    }

    [Test]
    public void Names_that_differ_by_case_only_are_told()
    {
        _authority.Sign("a").Write(_folder, "a");
        _authority.Sign("A").Write(_folder, "A");

        Read();

        Assert.That(_faults, Has.One.Contains("a.crt\" differs from another file by the case of its letters only"));
    }

    [Test]
    public void A_folder_that_is_not_there_is_told()
    {
        Assert.That(Reader().Read(_folder.File("none")), Is.Null);
        Assert.That(_faults, Is.EqualTo(new[] { $"client_tls_sni_dir: \"{_folder.File("none")}\" cannot be read: no such file or directory" }));
    }

    [Test]
    public void There_are_only_so_many()
    {
        for (var i = 0; i <= ServerNamesReader.MostCertificates; i++)
        {
            _folder.Write($"{i}.crt", "");
        }

        Assert.That(Read(), Is.Null);
        Assert.That(_faults, Is.EqualTo(new[] { $"client_tls_sni_dir: \"{_folder.Path}\" has 1001 certificates; at most 1000 are read" }));
    }

    private ServerNames? Read() => Reader().Read(_folder.Path);

    private ServerNamesReader Reader()
    {
        Action<string, string> fault = (setting, problem) => _faults.Add($"{setting}: {problem}");
        return new ServerNamesReader(new TlsFileReader(fault), fault);
    }
}
