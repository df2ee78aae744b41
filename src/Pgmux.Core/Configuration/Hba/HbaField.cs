namespace Pgmux.Core.Configuration.Hba;

/// <summary>One column of a line: a word, or several with commas between them.</summary>
internal sealed class HbaField(HbaToken first)
{
    /// <summary>The words; at least one.</summary>
    public List<HbaToken> Tokens { get; } = [first];

    /// <summary>The first or only word.</summary>
    public HbaToken First => Tokens[0];

    /// <summary>Whether there are several words.</summary>
    public bool IsList => Tokens.Count > 1;

    /// <summary>The column as it may be written.</summary>
    public override string ToString() => string.Join(',', Tokens);
}
