namespace Pgmux.Core.Tests.Hosting.Faults;

/// <summary>Fails once, at the n-th of the places that are chosen.</summary>
internal sealed class FaultPoint(int failing, Func<string, bool> isOne, Func<Exception> make)
{
    /// <summary>Chosen places passed so far.</summary>
    public int Passed { get; private set; }

    /// <summary>What failed; null when nothing has.</summary>
    public string? Failed { get; private set; }

    /// <summary>Whether connections made now are to fail, and those made while it was true still may.</summary>
    public bool IsArmed { get; set; }

    /// <summary>One such place.</summary>
    public void Pass(string place)
    {
        if (IsArmed && isOne(place) && ++Passed == failing)
        {
            Failed = place;
            throw make();
        }
    }
}
