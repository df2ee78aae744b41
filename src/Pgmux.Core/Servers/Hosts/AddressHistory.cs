using System.Net;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>
/// Which addresses of a host have vanished from its answers. An address counts as gone with the first answer that lacks it, as in PgBouncer;
/// but where addresses have come back twice, the answers show a part of the addresses at a time (weighted routing, rotation), and then an
/// address is gone only when many answers in a row have lacked it: otherwise each answer would close the connections that the last one has
/// opened. Guarded by the lock of <see cref="HostResolver"/>.
/// </summary>
internal sealed class AddressHistory
{
    /// <summary>Answers in a row that must lack an address of a host whose answers rotate: over two minutes at the default of dns_max_ttl.</summary>
    public const int AnswersWhenRotating = 10;

    /// <summary>Addresses that are remembered: several whole answers.</summary>
    public const int Capacity = 4 * HostAnswer.MostAddresses;

    private const long Never = long.MinValue / 2;

    // By address, how many answers in a row have lacked it, and whether that was told.
    private readonly Dictionary<IPAddress, (int Lacking, bool IsGone)> _known = [];
    private long _answers;
    private long _lastReturn = Never;
    private long _returnBefore = Never;

    private bool Rotates => _answers - _lastReturn < AnswersWhenRotating && _lastReturn - _returnBefore < AnswersWhenRotating;

    /// <summary>Takes an answer that has all addresses, and returns those that are gone with it.</summary>
    public IReadOnlyList<IPAddress> Take(IReadOnlyList<IPAddress> answer)
    {
        _answers++;
        if (answer.Any(address => _known.GetValueOrDefault(address).Lacking > 0))
        {
            (_returnBefore, _lastReturn) = (_lastReturn, _answers);
        }

        foreach (var address in answer)
        {
            _known[address] = default;
        }

        var limit = Rotates ? AnswersWhenRotating : 1;
        var present = answer.ToHashSet();
        List<IPAddress> gone = [];
        foreach (var address in _known.Keys.Where(address => !present.Contains(address)).ToArray())
        {
            var (lacking, wasGone) = _known[address];
            lacking++;
            var isForgotten = lacking >= AnswersWhenRotating || _known.Count > Capacity;
            if (!wasGone && (lacking >= limit || isForgotten))
            {
                gone.Add(address);
            }

            if (isForgotten)
            {
                _known.Remove(address);
            }
            else
            {
                _known[address] = (lacking, lacking >= limit || wasGone);
            }
        }

        return gone;
    }
}
