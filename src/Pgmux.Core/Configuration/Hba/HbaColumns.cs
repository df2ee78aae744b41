namespace Pgmux.Core.Configuration.Hba;

/// <summary>Takes the columns of a line one after the other, and says what is missing.</summary>
internal sealed class HbaColumns(HbaLine line, HbaFaults faults)
{
    private int _taken;

    /// <summary>Where the line stands.</summary>
    public SourceLocation Location => line.Location;

    /// <summary>Whether there are more columns.</summary>
    public bool HasMore => _taken < line.Fields.Count;

    /// <summary>The next column.</summary>
    public bool TryTake(string what, out HbaField field)
    {
        if (!HasMore)
        {
            field = line.Fields[^1];
            faults.Add(Location, $"the line ends where {what} is expected");
            return false;
        }

        field = line.Fields[_taken++];
        return true;
    }

    /// <summary>The next column, which must be a single word.</summary>
    public bool TryTakeWord(string what, out HbaToken word)
    {
        var isThere = TryTake(what, out var field);
        word = field.First;
        if (isThere && field.IsList)
        {
            faults.Add(Location, $"\"{field}\" stands where {what} is expected, which cannot be a list");
        }

        return isThere && !field.IsList;
    }
}
