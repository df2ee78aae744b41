namespace Pgmux.Core.Servers.Passwords;

/// <summary>Runs programs. The tests have programs of their own.</summary>
internal interface IPasswordProgram
{
    /// <summary>Runs a program to its end, or to the limit. Called off the loops; what goes wrong with the program is in the result.</summary>
    /// <param name="words">The program and its arguments.</param>
    /// <param name="limit">How long it may take; it is killed when that is over.</param>
    /// <param name="clock">By which clock.</param>
    Task<ProgramOutput> RunAsync(IReadOnlyList<string> words, TimeSpan limit, TimeProvider clock);
}
