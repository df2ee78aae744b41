using Pgmux.Core.Statements;

namespace Pgmux.Core.Tests.Statements;

/// <summary>A hash under which all definitions fall together.</summary>
internal sealed class EqualHash : StatementHash
{
    public override UInt128 Of(ReadOnlySpan<byte> bytes) => UInt128.One;
}
