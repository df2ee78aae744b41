namespace Pgmux.Transport.Sockets;

/// <summary>How long a listener that cannot accept waits: 100 ms, doubled with each failure up to 1 s.</summary>
internal struct AcceptBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private TimeSpan _last;

    public TimeSpan Fail()
    {
        var next = _last == TimeSpan.Zero ? First : _last * 2;
        return _last = next < Longest ? next : Longest;
    }

    public void Succeed() => _last = TimeSpan.Zero;
}
