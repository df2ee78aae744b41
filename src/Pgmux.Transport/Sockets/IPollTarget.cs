namespace Pgmux.Transport.Sockets;

/// <summary>Somebody who hears of the events of a descriptor. Called on the loop.</summary>
internal interface IPollTarget
{
    /// <summary>
    /// These events are about to be told, in whatever order their turn has. What others do before must not rest on what they make old:
    /// an idle server whose last words have come is not lent out.
    /// </summary>
    void Announce(PollEvents events)
    {
    }

    void OnEvents(PollEvents events);

    /// <summary>The loop ends: closes the descriptor.</summary>
    void OnLoopEnd();
}
