using System.Net;
using System.Net.Sockets;
using Pgmux.Core.Configuration;
using Pgmux.Core.Hosting.Restart;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Handover;

[TestFixture]
internal sealed class ListenerChoiceTests
{
    private static readonly ListenOptions Unix = new() { EndPoint = new UnixDomainSocketEndPoint("/tmp/.s.PGSQL.6432") };
    private static readonly ListenOptions Tcp = new() { EndPoint = new IPEndPoint(IPAddress.Loopback, 6432) };

    [Test]
    public void A_socket_of_the_process_before_is_used_where_the_settings_name_it()
    {
        var choice = ListenerChoice.From([], [Taken(7, new UnixDomainSocketEndPoint("/tmp/.s.PGSQL.6432"), ownsFile: true)]);
        Assert.That(choice.HasGiven, Is.False);
        var chosen = choice.Own([Unix, Tcp]);
        Assert.That(chosen.Select(options => (options.Inherited, options.OwnsInheritedFile)), Is.EqualTo(new (int?, bool)[] { (7, true), (null, false) }));
    }

    [Test]
    public void Sockets_of_a_service_manager_go_from_process_to_process_whatever_the_settings_say()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var descriptor = (int)listener.Handle;
        var choice = ListenerChoice.From([], [new TakenListener(descriptor, listener.LocalEndPoint!, IsOwn: false, OwnsFile: false)]);
        Assert.That(choice.HasGiven, Is.True);
        var given = choice.Given(new PgmuxOptions()).Single();
        Assert.That((given.Inherited, given.EndPoint, given.OwnsInheritedFile), Is.EqualTo((descriptor, listener.LocalEndPoint, false)));
    }

    [Test]
    public void What_the_settings_name_no_more_is_closed()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var descriptor = (int)socket.Handle;
        socket.SafeHandle.SetHandleAsInvalid();
        var choice = ListenerChoice.From([], [Taken(descriptor, new IPEndPoint(IPAddress.Loopback, 1), ownsFile: false)]);
        Assert.That(choice.Own([Tcp]), Is.EqualTo(new[] { Tcp }));
        choice.CloseUnused();
        Assert.That(File.Exists($"/proc/self/fd/{descriptor}"), Is.False);
    }

    private static TakenListener Taken(int descriptor, EndPoint endPoint, bool ownsFile) => new(descriptor, endPoint, IsOwn: true, ownsFile);
}
