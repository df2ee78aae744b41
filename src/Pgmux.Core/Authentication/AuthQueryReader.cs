using System.Collections.Frozen;
using System.Globalization;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;

namespace Pgmux.Core.Authentication;

/// <summary>
/// Reads the replies to auth_query: one row at most, of the name that was asked for and the secret. Nothing else lets anybody in, and
/// nobody under another name (CVE-2015-6817).
/// </summary>
internal sealed class AuthQueryReader(string user)
{
    /// <summary>User name and secret.</summary>
    private const int Columns = 2;

    /// <summary>Objects below this number are PostgreSQL's own (FirstNormalObjectId in access/transam.h).</summary>
    private const int FirstUserObject = 16384;

    // What text is among PostgreSQL's own types: text, name, varchar, char(n), a literal. What is not would be taken for a password.
    private static readonly FrozenSet<int> Texts =
        ((int[])[TypeOid.Text, TypeOid.Name, TypeOid.Varchar, TypeOid.Bpchar, TypeOid.Unknown]).ToFrozenSet();

    private bool _isDescribed;
    private int _rows;
    private AuthQueryAnswer? _trouble;
    private AuthQueryAnswer _answer = AuthQueryAnswer.NoSuchUser;

    /// <summary>Reads everything up to the ReadyForQuery that ends the query.</summary>
    /// <param name="replies">Whole messages: rows count from the RowDescription on, those before it answer something else.</param>
    /// <exception cref="ProtocolViolationException">The bytes are not PostgreSQL's protocol; the server is not to be used again.</exception>
    public AuthQueryAnswer Read(ReadOnlySpan<byte> replies)
    {
        var frames = new FrameReader();
        while (frames.Read(replies, int.MaxValue, out var frame) == FrameStatus.Message && frame.IsComplete)
        {
            Take((BackendMessageType)frame.Type, frame.Body);
            replies = replies[frame.Bytes.Length..];
        }

        return _trouble ?? _answer;
    }

    private void Take(BackendMessageType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case BackendMessageType.RowDescription:
                _isDescribed = true;
                TakeDescription(new PayloadReader(body));
                break;
            case BackendMessageType.NoData:
                Refuse(Number(0));
                break;
            case BackendMessageType.DataRow when _isDescribed && _trouble is null:
                TakeRow(new PayloadReader(body));
                break;
            case BackendMessageType.ErrorResponse:
                var error = ErrorFields.Read(body);
                Refuse($"error response from auth_query: {error.Message} (SQLSTATE {error.SqlState})");
                break;
        }
    }

    private void TakeDescription(PayloadReader body)
    {
        var count = (ushort)body.ReadInt16();
        if (count != Columns)
        {
            Refuse(Number(count));
            return;
        }

        for (var i = 0; i < Columns; i++)
        {
            // The table's number and the column's, size and modifier around the type, and the format.
            var name = WireText.Decode(body.ReadCString());
            body.ReadBytes(sizeof(int) + sizeof(short));
            var oid = body.ReadInt32();
            body.ReadBytes(sizeof(short) + sizeof(int) + sizeof(short));
            if ((uint)oid < FirstUserObject && !Texts.Contains(oid))
            {
                Refuse($"expected text columns from auth_query, and column {i + 1} (\"{name}\") has the type with OID {oid}");
            }
        }
    }

    private void TakeRow(PayloadReader body)
    {
        var count = (ushort)body.ReadInt16();
        if (count != Columns)
        {
            Refuse(Number(count));
            return;
        }

        var name = ReadValue(ref body);
        var secret = ReadValue(ref body);
        body.ExpectEnd();
        if (++_rows > 1)
        {
            Refuse("expected one row from auth_query, and there are more");
        }
        else if (name is null)
        {
            // A function that returns a record has a row even for a user that it has not found: PgBouncer's rule since 1.25.
            _answer = AuthQueryAnswer.NoSuchUser;
        }
        else if (name != user)
        {
            Refuse("auth_query has returned another user than the one it was asked for");
        }
        else
        {
            _answer = AuthQueryAnswer.Found(secret is null ? UserSecret.None : UserSecret.Parse(secret));
        }
    }

    private static string? ReadValue(ref PayloadReader body)
    {
        var length = body.ReadInt32();
        return length == -1 ? null : WireText.Decode(body.ReadBytes(length));
    }

    private static string Number(int columns) =>
        string.Create(CultureInfo.InvariantCulture, $"expected {Columns} columns from auth_query, not {columns}");

    // The first trouble is the one that explains the others.
    private void Refuse(string trouble) => _trouble ??= AuthQueryAnswer.Unusable(trouble);
}
