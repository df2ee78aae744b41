using Pgmux.Core.Authentication;
using Pgmux.Testing.Transport;

namespace Pgmux.Core.Tests.Authentication;

[TestFixture]
internal sealed class SystemUserNamesTests
{
    private readonly List<uint> _asked = [];
    private SimulatedNetwork _network = null!;
    private SimulatedLoop _loop = null!;
    private SystemUserNames _names = null!;

    [SetUp]
    public void MakeLoop()
    {
        _asked.Clear();
        _network = new SimulatedNetwork();
        _loop = _network.CreateLoop();
        _names = new SystemUserNames(id =>
        {
            _asked.Add(id);
            return id == 404 ? null : $"user{id}";
        });
    }

    [Test]
    public void A_name_is_asked_for_once_in_its_lifetime()
    {
        Assert.That(Find(7), Is.EqualTo("user7"));
        Assert.That(Find(7), Is.EqualTo("user7"));
        Assert.That(_asked, Is.EqualTo(new uint[] { 7 }));
        _network.Advance(SystemUserNames.Lifetime);
        Assert.That(Find(7), Is.EqualTo("user7"));
        Assert.That(_asked, Is.EqualTo(new uint[] { 7, 7 }));
    }

    [Test]
    public void A_user_without_a_name_may_get_one_at_any_time()
    {
        Assert.That(Find(404), Is.Null);
        Assert.That(Find(404), Is.Null);
        Assert.That(_asked, Has.Count.EqualTo(2));
    }

    [Test]
    public void More_users_than_are_kept_are_still_found()
    {
        const uint Users = SystemUserNames.Capacity + 1;
        for (var round = 0; round < 2; round++)
        {
            for (var id = 1000u; id < 1000 + Users; id++)
            {
                Assert.That(Find(id), Is.EqualTo($"user{id}"));
            }
        }

        Assert.That(_asked.Count, Is.InRange((int)Users, (int)(2 * Users)));
    }

    private string? Find(uint id)
    {
        var name = default(string);
        _network.Run(_loop, async () => name = await _names.FindAsync(_loop, id));
        return name;
    }
}
