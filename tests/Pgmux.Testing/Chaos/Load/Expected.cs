using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos.Load;

/// <summary>A message that a client is owed: its type and, where the client knows it, what stands in it.</summary>
/// <param name="Type">The type byte.</param>
/// <param name="Value">The first column of a row, a tag, a transaction status, the text of CopyData; null where any will do.</param>
internal readonly record struct Expected(char Type, string? Value = null)
{
    public static readonly Expected ParseComplete = new('1');
    public static readonly Expected BindComplete = new('2');
    public static readonly Expected RowDescription = new('T');
    public static readonly Expected Idle = new('Z', "I");
    public static readonly Expected InTransaction = new('Z', "T");

    public static Expected Row(string value) => new('D', value);

    public static Expected Tag(string tag) => new('C', tag);

    /// <summary>What a simple query with one row answers.</summary>
    public static Expected[] OneRow(string value, bool inTransaction = false) =>
        [RowDescription, Row(value), Tag("SELECT 1"), inTransaction ? InTransaction : Idle];

    public bool IsMetBy(RawMessage message) => message.Type == Type && (Value is null || Value == Type switch
    {
        'D' => message.Columns()[0],
        'C' => message.Tag,
        'Z' => message.Text,
        _ => message.Text,
    });

    public override string ToString() => Value is null ? Type.ToString() : $"{Type}({Value})";
}
