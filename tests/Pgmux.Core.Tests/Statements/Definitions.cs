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

    /// <summary>Gives a client a statement that nobody else holds.</summary>
    public static Statement Give(this StatementRegistry registry, ClientStatements client, string name, StatementLevel level, string definition)
    {
        var statement = registry.Intern(level, Encoding.UTF8.GetBytes(definition))!;
        client.GetOrAdd(Encoding.UTF8.GetBytes(name), statement).Binding.Set(statement, StatementHolder.Client);
        statement.Release(StatementHolder.Client);
        return statement;
    }

    /// <summary>How many a client holds, how many servers.</summary>
    public static (int Clients, int Servers) Holders(this Statement statement) => (statement.ClientCount, statement.ServerCount);
}
