using System.Reflection;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Diagnostics;

namespace Pgmux.Core.Tests.Diagnostics;

[TestFixture]
internal sealed class EventIdsTests
{
    [Test]
    public void No_id_is_given_away_twice()
        => Assert.That(typeof(EventIds).GetFields().Select(field => (int)field.GetRawConstantValue()!), Is.Unique);

    [Test]
    public void Every_event_has_an_id_of_its_own()
    {
        var ids = typeof(EventIds).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .Select(attribute => attribute.EventId)
            .ToArray();
        Assert.That(ids, Is.Not.Empty.And.Unique);
        Assert.That(ids, Is.SubsetOf(typeof(EventIds).GetFields().Select(field => (int)field.GetRawConstantValue()!)));
    }
}
