namespace Pgmux.Testing.Fuzzing;

/// <summary>Something that takes bytes from strangers, with the rules that no input may break.</summary>
internal abstract class FuzzTarget
{
    /// <summary>The name of its test fixture without "FuzzTests", for tests/fuzz.sh.</summary>
    public abstract string Name { get; }

    /// <summary>Inputs to start from: recorded traffic, and what has broken others.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Words that mean something to the target.</summary>
    public virtual IReadOnlyList<byte[]> Dictionary => [];

    /// <summary>Where messages begin in an input: behind that many bytes. Null where an input is not made of messages.</summary>
    public virtual int? FramesStart => null;

    /// <summary>How long it is fuzzed in CI. What is small is soon seen from all sides.</summary>
    public virtual TimeSpan Duration => TimeSpan.FromSeconds(20);

    /// <summary>Longest input that is made.</summary>
    public virtual int MostBytes => 16 * 1024;

    /// <summary>
    /// Runs one input and throws when a rule is broken. Returns what came of it in short; an input with an outcome that was not seen
    /// before is kept and mutated further. Depends on nothing but the input.
    /// </summary>
    public abstract string Run(byte[] input);
}
