using System.Globalization;

namespace Pgmux.Testing.Chaos.Load;

/// <summary>One movement between two accounts. The lower number is always updated first, so that transfers do not deadlock.</summary>
internal sealed record Transfer(long Id, int Low, int High, int Amount)
{
    /// <summary>The answers to <see cref="Insert"/> and <see cref="Updates"/>.</summary>
    public static readonly Expected[] Tags = [Expected.Tag("INSERT 0 1"), Expected.Tag("UPDATE 1"), Expected.Tag("UPDATE 1")];

    public string Insert => string.Create(CultureInfo.InvariantCulture, $"INSERT INTO transfers VALUES ({Id}, {Low}, {High}, {Amount})");

    public string[] Updates =>
    [
        string.Create(CultureInfo.InvariantCulture, $"UPDATE accounts SET balance = balance - ({Amount}) WHERE id = {Low}"),
        string.Create(CultureInfo.InvariantCulture, $"UPDATE accounts SET balance = balance + ({Amount}) WHERE id = {High}"),
    ];

    public static Transfer Between(Random random, long id)
    {
        var low = random.Next(1, TransferLedger.Accounts);
        return new Transfer(id, low, random.Next(low + 1, TransferLedger.Accounts + 1), random.Next(-100, 101));
    }
}
