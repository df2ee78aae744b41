namespace Pgmux.Protocol;

/// <summary>Object ids of built-in types, from PostgreSQL's <c>pg_type.dat</c>.</summary>
public static class TypeOid
{
    /// <summary><c>boolean</c></summary>
    public const int Bool = 16;

    /// <summary><c>bytea</c></summary>
    public const int Bytea = 17;

    /// <summary><c>name</c></summary>
    public const int Name = 19;

    /// <summary><c>bigint</c></summary>
    public const int Int8 = 20;

    /// <summary><c>smallint</c></summary>
    public const int Int2 = 21;

    /// <summary><c>integer</c></summary>
    public const int Int4 = 23;

    /// <summary><c>text</c></summary>
    public const int Text = 25;

    /// <summary><c>oid</c></summary>
    public const int Oid = 26;

    /// <summary><c>double precision</c></summary>
    public const int Float8 = 701;

    /// <summary>A literal or parameter whose type is not known yet.</summary>
    public const int Unknown = 705;

    /// <summary><c>character</c> with a length</summary>
    public const int Bpchar = 1042;

    /// <summary><c>character varying</c></summary>
    public const int Varchar = 1043;

    /// <summary><c>numeric</c></summary>
    public const int Numeric = 1700;
}
