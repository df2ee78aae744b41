namespace Pgmux.Core.Statements;

/// <summary>Portals of one client whose statement is PREPARE, EXECUTE or one of their kin. They end with the transaction.</summary>
internal sealed class CommandPortals
{
    /// <summary>Most portals of this kind: drivers use one at a time.</summary>
    public const int Limit = 100;

    private readonly List<(byte[] Name, Statement Statement, int Cycle)> _portals = [];

    /// <summary>Whether no further one is kept track of.</summary>
    public bool IsFull => _portals.Count >= Limit;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _portals.Count == 0;

    /// <summary>The portal is bound to this statement; null is one of the usual kind.</summary>
    /// <param name="portal">Its name.</param>
    /// <param name="statement">What it runs.</param>
    /// <param name="cycle">The query cycle in which it is bound.</param>
    public void Set(ReadOnlySpan<byte> portal, Statement? statement, int cycle)
    {
        for (var i = 0; i < _portals.Count; i++)
        {
            if (portal.SequenceEqual(_portals[i].Name))
            {
                _portals.RemoveAt(i);
                break;
            }
        }

        if (statement is not null)
        {
            _portals.Add((portal.ToArray(), statement, cycle));
        }
    }

    /// <summary>A transaction has ended with this query cycle: portals that were bound up to it are gone.</summary>
    public void OnTransactionEnded(int cycle) => _portals.RemoveAll(portal => portal.Cycle <= cycle);

    /// <summary>The statement of a portal of this kind, or null.</summary>
    public Statement? Find(ReadOnlySpan<byte> portal)
    {
        foreach (var (name, statement, _) in _portals)
        {
            if (portal.SequenceEqual(name))
            {
                return statement;
            }
        }

        return null;
    }
}
