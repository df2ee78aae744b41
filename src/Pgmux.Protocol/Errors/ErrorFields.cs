using System.Collections.Immutable;

namespace Pgmux.Protocol;

/// <summary>
/// Content of an ErrorResponse or NoticeResponse, in the order of its fields. Reading never fails, whatever a server leaves out or
/// sends twice (CVE-2026-6666 was a missing SQLSTATE): every property has a value to fall back on.
/// </summary>
public sealed class ErrorFields
{
    /// <summary>
    /// Bytes of a body that are looked at. libpq itself takes at most 30,000 bytes of an error that comes before login is complete.
    /// </summary>
    public const int MaximumBytes = 64 * 1024;

    private const string UnknownMessage = "unknown error";
    private const int SqlStateLength = 5;

    private readonly ImmutableArray<ErrorField> _fields;

    /// <summary>Takes the fields as they are; a zero inside a value ends it, as on the wire.</summary>
    public ErrorFields(IEnumerable<ErrorField> fields)
    {
        _fields = [.. fields.Select(field => field with { Value = UpToZero(field.Value) })];
    }

    /// <summary>All fields, in order, duplicates included.</summary>
    public IReadOnlyList<ErrorField> Fields => _fields;

    /// <summary>The same for loops that must not allocate.</summary>
    internal ReadOnlySpan<ErrorField> FieldSpan => _fields.AsSpan();

    /// <summary>The untranslated severity where the server gives it, and gives it whole, else the translated one, else ERROR.</summary>
    public string Severity => this[ErrorFieldCode.InvariantSeverity] is { } severity && Severities.IsKnown(severity)
        ? severity
        : this[ErrorFieldCode.Severity] ?? Severities.Error;

    /// <summary>SQLSTATE; <see cref="Protocol.SqlState.InternalError"/> when it is missing or has not five characters.</summary>
    public string SqlState => this[ErrorFieldCode.SqlState] is { Length: SqlStateLength } code ? code : Protocol.SqlState.InternalError;

    /// <summary>The message.</summary>
    public string Message => this[ErrorFieldCode.Message] ?? UnknownMessage;

    /// <summary>The second message, if any.</summary>
    public string? Detail => this[ErrorFieldCode.Detail];

    /// <summary>The hint, if any.</summary>
    public string? Hint => this[ErrorFieldCode.Hint];

    /// <summary>Whether the sender closes the connection after it.</summary>
    public bool IsFatal => Severities.IsFatal(Severity);

    /// <summary>The first field of that code, or null.</summary>
    public string? this[ErrorFieldCode code]
    {
        get
        {
            foreach (var field in _fields)
            {
                if (field.Code == code)
                {
                    return field.Value;
                }
            }

            return null;
        }
    }

    /// <summary>An error that ends the connection.</summary>
    public static ErrorFields Fatal(string sqlState, string message) => Create(Severities.Fatal, sqlState, message);

    /// <summary>An error that ends the statement.</summary>
    public static ErrorFields Error(string sqlState, string message) => Create(Severities.Error, sqlState, message);

    /// <summary>A notice.</summary>
    public static ErrorFields Notice(string message) => Notice(Protocol.SqlState.SuccessfulCompletion, message);

    /// <summary>A notice with a code.</summary>
    public static ErrorFields Notice(string sqlState, string message) => Create(Severities.Notice, sqlState, message);

    /// <summary>A warning.</summary>
    public static ErrorFields Warning(string sqlState, string message) => Create(Severities.Warning, sqlState, message);

    /// <summary>Reads the body of a message; never fails.</summary>
    public static ErrorFields Read(ReadOnlySpan<byte> body)
    {
        var reader = new ErrorFieldReader(body[..Math.Min(body.Length, MaximumBytes)]);
        var fields = new List<ErrorField>();
        while (reader.TryRead(out var code, out var value))
        {
            fields.Add(new ErrorField(code, WireText.Decode(value)));
        }

        return new ErrorFields(fields);
    }

    /// <summary>Finds the SQLSTATE in a body, which may be cut, without allocating; empty when there is none.</summary>
    public static ReadOnlySpan<byte> PeekSqlState(ReadOnlySpan<byte> body) => Peek(body, ErrorFieldCode.SqlState);

    /// <summary>Finds the severity in a body, which may be cut, without allocating; empty when there is none.</summary>
    public static ReadOnlySpan<byte> PeekSeverity(ReadOnlySpan<byte> body)
    {
        var severity = Peek(body, ErrorFieldCode.InvariantSeverity);
        return severity.IsEmpty ? Peek(body, ErrorFieldCode.Severity) : severity;
    }

    /// <summary>
    /// The same error as one that ends the connection: a server's refusal of a login is passed on so. Code and text that the server has left
    /// out are filled in, since clients rely on both.
    /// </summary>
    public ErrorFields AsFatal() => With(ErrorFieldCode.Severity, Severities.Fatal).With(ErrorFieldCode.InvariantSeverity, Severities.Fatal)
        .With(ErrorFieldCode.SqlState, SqlState).With(ErrorFieldCode.Message, Message);

    /// <summary>The same error with that detail.</summary>
    public ErrorFields WithDetail(string detail) => With(ErrorFieldCode.Detail, detail);

    /// <summary>The same error with that hint.</summary>
    public ErrorFields WithHint(string hint) => With(ErrorFieldCode.Hint, hint);

    /// <summary>Severity, code and message, for logs.</summary>
    public override string ToString() => $"{Severity} {SqlState}: {Message}";

    private static ErrorFields Create(string severity, string sqlState, string message) => new(
    [
        new ErrorField(ErrorFieldCode.Severity, severity),
        new ErrorField(ErrorFieldCode.InvariantSeverity, severity),
        new ErrorField(ErrorFieldCode.SqlState, sqlState),
        new ErrorField(ErrorFieldCode.Message, message),
    ]);

    private static ReadOnlySpan<byte> Peek(ReadOnlySpan<byte> body, ErrorFieldCode wanted)
    {
        var reader = new ErrorFieldReader(body);
        while (reader.TryRead(out var code, out var value))
        {
            if (code == wanted)
            {
                return value;
            }
        }

        return default;
    }

    private static string UpToZero(string value)
    {
        var zero = value.IndexOf('\0', StringComparison.Ordinal);
        return zero < 0 ? value : value[..zero];
    }

    private ErrorFields With(ErrorFieldCode code, string value)
    {
        var field = new ErrorField(code, value);
        for (var index = 0; index < _fields.Length; index++)
        {
            if (_fields[index].Code == code)
            {
                return new ErrorFields(_fields.SetItem(index, field));
            }
        }

        return new ErrorFields(_fields.Add(field));
    }
}
