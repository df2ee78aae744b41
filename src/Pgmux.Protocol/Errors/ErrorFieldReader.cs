namespace Pgmux.Protocol;

/// <summary>
/// Walks the fields of an error without ever failing: what a server sends here is shown to somebody who wants to know what is wrong,
/// so a field that lacks its zero counts up to the end of the body.
/// </summary>
internal ref struct ErrorFieldReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    /// <summary>Reads the next field; false at the closing zero or at the end.</summary>
    public bool TryRead(out ErrorFieldCode code, out ReadOnlySpan<byte> value)
    {
        if (_rest.IsEmpty || _rest[0] == 0)
        {
            code = default;
            value = default;
            return false;
        }

        code = (ErrorFieldCode)_rest[0];
        var text = _rest[1..];
        var end = text.IndexOf((byte)0);
        value = end < 0 ? text : text[..end];
        _rest = end < 0 ? default : text[(end + 1)..];
        return true;
    }
}
