using Pgmux.Core.Configuration;
using Pgmux.Transport;
using Pgmux.Transport.Sockets;

namespace Pgmux.Core.Hosting.Restart;

/// <summary>
/// Which of the sockets that somebody has opened already are listened on: those of whoever started the process, or of the one before it, whatever
/// the settings say; those that the process before has opened by its settings where these still name them.
/// </summary>
internal sealed class ListenerChoice
{
    private readonly IReadOnlyList<int> _given;
    private readonly List<TakenListener> _own;

    private ListenerChoice(IReadOnlyList<int> given, List<TakenListener> own)
    {
        _given = given;
        _own = own;
    }

    /// <summary>Whether the settings do not matter.</summary>
    public bool HasGiven => _given.Count > 0;

    /// <param name="inherited">Descriptors of whoever started this process.</param>
    /// <param name="taken">Sockets of the process that it takes over from.</param>
    public static ListenerChoice From(IReadOnlyList<int> inherited, IReadOnlyList<TakenListener> taken) => inherited.Count > 0
        ? new ListenerChoice(inherited, [.. taken])
        : new ListenerChoice(
            [.. taken.Where(static listener => !listener.IsOwn).Select(static listener => listener.Descriptor)],
            [.. taken.Where(static listener => listener.IsOwn)]);

    /// <summary>What is listened on when the settings do not matter.</summary>
    /// <exception cref="ListenException">One of them is of no use.</exception>
    public IReadOnlyList<ListenOptions> Given(PgmuxOptions options) => Addresses.Inherited(_given, options);

    /// <summary>What the settings name, with the sockets that are there already.</summary>
    public IReadOnlyList<ListenOptions> Own(IEnumerable<ListenOptions> wanted) => [.. wanted.Select(Find)];

    /// <summary>Closes what nobody has asked for.</summary>
    public void CloseUnused()
    {
        foreach (var listener in _own)
        {
            DescriptorStream.Close(listener.Descriptor);
        }

        _own.Clear();
    }

    private ListenOptions Find(ListenOptions wanted)
    {
        // By their texts: two objects of one Unix path are not equal.
        var place = _own.FindIndex(listener => listener.EndPoint.ToString() == wanted.EndPoint.ToString());
        if (place < 0)
        {
            return wanted;
        }

        var found = _own[place];
        _own.RemoveAt(place);
        return wanted with { Inherited = found.Descriptor, OwnsInheritedFile = found.OwnsFile };
    }
}
