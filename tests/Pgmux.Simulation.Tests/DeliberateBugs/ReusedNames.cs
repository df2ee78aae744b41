using System.Text;
using Pgmux.Core.Statements;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Gives names of statements a second time.</summary>
internal sealed class ReusedNames : StatementNames
{
    private const int Names = 8;

    public override (long Number, byte[] Name) Next()
    {
        var (number, _) = base.Next();
        return (number, [.. Prefix, .. Encoding.ASCII.GetBytes($"{1 + (number % Names)}")]);
    }
}
