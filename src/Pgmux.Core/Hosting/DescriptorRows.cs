using Pgmux.Core.Admin;
using Pgmux.Core.Clients;
using Pgmux.Core.Diagnostics;
using Pgmux.Core.Parameters;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;

namespace Pgmux.Core.Hosting;

/// <summary>
/// Makes the rows of SHOW FDS. As in PgBouncer encrypted connections are left out, whose keys no other process could have, and so are
/// clients of the console.
/// </summary>
internal sealed class DescriptorRows(Multiplexer multiplexer)
{
    private readonly TrackedParameters _tracked = multiplexer.Clients.Tracked;

    /// <summary>The listeners.</summary>
    public IEnumerable<DescriptorRow> OfListeners() => multiplexer.Listeners().Select(listener =>
    {
        var (address, port) = EndPointText.Split(listener.EndPoint);
        return new DescriptorRow { Descriptor = listener.Descriptor, Task = "pooler", Address = address, Port = port };
    });

    /// <summary>A client's row, made on its loop; null when it has none.</summary>
    public DescriptorRow? Of(ClientConnection client)
    {
        if (client.IsConsole || client.Transport.Tls is not null || client.Server is { Tls.Length: > 0 })
        {
            return null;
        }

        var (address, port) = EndPointText.Split(client.RemoteEndPoint);
        return With(client.Parameters, new DescriptorRow
        {
            Descriptor = client.Transport.Descriptor,
            Task = "client",
            User = client.User.Length == 0 ? null : client.User,
            Database = client.Database.Length == 0 ? null : client.Database,
            Address = address,
            Port = port,
            Link = client.Server?.Transport?.Descriptor ?? 0,
        });
    }

    /// <summary>The servers.</summary>
    public IEnumerable<DescriptorRow> OfServers() => multiplexer.Pools.All.SelectMany(pool => pool.Servers
        .Select(server => Of(pool, server)).OfType<DescriptorRow>());

    private DescriptorRow? Of(Pool pool, ServerConnection server)
    {
        var lessee = server.Lessee as ClientConnection;
        if (server.Transport is not { } transport || server.Tls.Length > 0 || lessee?.Transport.Tls is not null)
        {
            return null;
        }

        var (address, port) = EndPointText.Split(server.EndPoint);
        return With(server.Parameters, new DescriptorRow
        {
            Descriptor = transport.Descriptor,
            Task = "server",
            User = pool.Key.User,
            Database = pool.Key.Database,
            Address = address,
            Port = port,
            Link = lessee?.Transport.Descriptor ?? 0,
        });
    }

    private DescriptorRow With(ParameterSet parameters, DescriptorRow row) => row with
    {
        ClientEncoding = parameters[_tracked.ClientEncoding],
        StandardConformingStrings = parameters[_tracked.StandardConformingStrings],
        DateStyle = parameters[_tracked.IndexOf("DateStyle")],
        TimeZone = parameters[_tracked.IndexOf("TimeZone")],
    };
}
