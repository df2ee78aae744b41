using System.Text;
using NUnit.Framework;
using Pgmux.Core.Parameters;
using Pgmux.Core.Servers;

namespace Pgmux.Core.Tests.Servers;

internal sealed class ParameterChangesTests
{
    // More than are remembered.
    private const int ManyNames = 50;

    private readonly TrackedParameters _tracked = new([]);
    private readonly ParameterSetCache _sets = new();

    [Test]
    public void A_change_seen_before_is_asked_with_the_same_text()
    {
        var changes = new ParameterChanges(_tracked, _sets);
        var (first, second) = (Named("first"), Named("second"));

        var sql = changes.Difference(first, second);

        Assert.That(sql, Is.EqualTo("SET \"application_name\"='second'"));
        Assert.That(changes.Difference(first, second), Is.SameAs(sql));
        Assert.That(changes.Difference(second, first), Is.EqualTo("SET \"application_name\"='first'"));
    }

    [Test]
    public void Equal_sets_ask_for_nothing()
    {
        var changes = new ParameterChanges(_tracked, _sets);
        var unknown = ParameterSet.Unknown(_tracked.Count);

        Assert.That(changes.Difference(unknown.With(_tracked.ApplicationName, "a"), unknown.With(_tracked.ApplicationName, "a")), Is.Null);
    }

    [TestCase("first")]
    [TestCase("")]
    [TestCase("Größe ☃")]
    public void A_reported_value_leads_to_the_shared_set(string value)
    {
        var changes = new ParameterChanges(_tracked, _sets);
        var from = Named("another");

        for (var i = 0; i < 3; i++)
        {
            Assert.That(changes.Reported(from, _tracked.ApplicationName, Encoding.UTF8.GetBytes(value)), Is.SameAs(Named(value)));
        }
    }

    [Test]
    public void The_same_value_of_another_parameter_is_another_change()
    {
        var changes = new ParameterChanges(_tracked, _sets);
        var from = Named("UTC");
        var zone = _tracked.IndexOf("TimeZone");

        Assert.That(changes.Reported(from, _tracked.ApplicationName, "UTC"u8), Is.SameAs(from));
        Assert.That(changes.Reported(from, zone, "UTC"u8)[zone], Is.EqualTo("UTC"));
        Assert.That(changes.Reported(from, zone, "UTC "u8)[zone], Is.EqualTo("UTC "));
    }

    [Test]
    public void Changes_beyond_those_remembered_are_made_anew()
    {
        var changes = new ParameterChanges(_tracked, _sets);
        var from = Named("from");
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < ManyNames; i++)
            {
                var wanted = Named($"name{i}");
                Assert.That(changes.Difference(from, wanted), Is.EqualTo($"SET \"application_name\"='name{i}'"));
                Assert.That(changes.Reported(from, _tracked.ApplicationName, Encoding.UTF8.GetBytes($"name{i}")), Is.SameAs(wanted));
            }
        }
    }

    private ParameterSet Named(string applicationName) =>
        _sets.Intern(ParameterSet.Unknown(_tracked.Count).With(_tracked.ApplicationName, applicationName));
}
