namespace Pgmux.Protocol;

/// <summary>First byte of a field of ErrorResponse and NoticeResponse. Source: PostgreSQL manual, "Error and Notice Message Fields".</summary>
public enum ErrorFieldCode : byte
{
    /// <summary>Severity, in the language of the server's messages.</summary>
    Severity = (byte)'S',

    /// <summary>Severity, never translated; servers before 9.6 leave it out.</summary>
    InvariantSeverity = (byte)'V',

    /// <summary>SQLSTATE.</summary>
    SqlState = (byte)'C',

    /// <summary>The message itself.</summary>
    Message = (byte)'M',

    /// <summary>A second, longer message.</summary>
    Detail = (byte)'D',

    /// <summary>What to do about it.</summary>
    Hint = (byte)'H',

    /// <summary>Where in the query, counted in characters from 1.</summary>
    Position = (byte)'P',

    /// <summary>Where in a query that the server made itself.</summary>
    InternalPosition = (byte)'p',

    /// <summary>The query that the server made itself.</summary>
    InternalQuery = (byte)'q',

    /// <summary>Call stack.</summary>
    Where = (byte)'W',

    /// <summary>Schema of the object.</summary>
    SchemaName = (byte)'s',

    /// <summary>Table of the object.</summary>
    TableName = (byte)'t',

    /// <summary>Column of the object.</summary>
    ColumnName = (byte)'c',

    /// <summary>Data type of the object.</summary>
    DataTypeName = (byte)'d',

    /// <summary>Constraint.</summary>
    ConstraintName = (byte)'n',

    /// <summary>Source file of the server.</summary>
    File = (byte)'F',

    /// <summary>Line in that file.</summary>
    Line = (byte)'L',

    /// <summary>Routine in that file.</summary>
    Routine = (byte)'R',
}
