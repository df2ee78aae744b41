namespace Pgmux.Testing.Chaos.Load;

/// <summary>How often a load client does what, in parts of a hundred.</summary>
internal static class LoadMix
{
    private static readonly (LoadKind Kind, int Share)[] Shares =
    [
        (LoadKind.ShortRead, 45),
        (LoadKind.SingleTransfer, 5),
        (LoadKind.Transaction, 20),
        (LoadKind.PreparedRead, 10),
        (LoadKind.Pipeline, 5),
        (LoadKind.CopyIn, 3),
        (LoadKind.CopyOut, 2),
        (LoadKind.ConnectQueryLeave, 5),
        (LoadKind.SlowRead, 3),
        (LoadKind.Cancel, 2),
    ];

    public static LoadKind Next(Random random)
    {
        var at = random.Next(Shares.Sum(share => share.Share));
        foreach (var (kind, share) in Shares)
        {
            at -= share;
            if (at < 0)
            {
                return kind;
            }
        }

        return LoadKind.ShortRead;
    }
}
