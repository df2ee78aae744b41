using System.Text;
using Pgmux.Core.Statements;

namespace Pgmux.Core.Tests.Statements;

/// <summary>Definitions of statements, and statements made of them, for the tests of this folder.</summary>
internal static class Definitions
{
    /// <summary>What stands in Parse behind the name.</summary>
    public static byte[] Of(string text, params byte[] types) =>
        [.. Encoding.UTF8.GetBytes(text), 0, 0, (byte)types.Length, .. types.SelectMany(type => new byte[] { 0, 0, 0, type })];

    /// <summary>A statement that a client holds.</summary>
    public static Statement Make(this StatementRegistry registry, string text, params byte[] types) =>
        registry.Intern(StatementLevel.Protocol, Of(text, types))!;

    /// <summary>How many a client holds, how many servers.</summary>
    public static (int Clients, int Servers) Holders(this Statement statement) => (statement.ClientCount, statement.ServerCount);
}
