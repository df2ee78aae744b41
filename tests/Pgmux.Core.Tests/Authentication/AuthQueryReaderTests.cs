using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Authentication;

/// <summary>What the replies to auth_query say: one row of the name that was asked for lets in, and nothing else.</summary>
[TestFixture]
internal sealed class AuthQueryReaderTests
{
    private const int Text = 25;
    private const int Name = 19;

    private static readonly byte[] Ahead = [.. Replies.ParseComplete(), .. Replies.BindComplete(), .. Replies.DataRow("pg_catalog"), .. Replies.CommandComplete("SELECT 1")];
    private static readonly byte[] Usual = Replies.RowDescription([("rolname", Name), ("rolpassword", Text)]);

    [Test]
    public void A_row_of_the_user_has_its_secret()
    {
        var answer = Read(Usual, Replies.Row(["alice", "secret-a"]));
        Assert.That((answer.Secret!.Kind, answer.Secret.Text, answer.Trouble), Is.EqualTo((UserSecretKind.Plain, "secret-a", (string?)null)));
    }

    [TestCase("md5d41d8cd98f00b204e9800998ecf8427e", "Md5")]
    [TestCase("SCRAM-SHA-256$4096:c2FsdA==$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=", "Scram")]
    [TestCase("", "None")]
    [TestCase(null, "None")]
    public void The_secret_may_have_any_form_and_NULL_is_no_password(string? secret, string kind) =>
        Assert.That($"{Read(Usual, Replies.Row(["alice", secret])).Secret!.Kind}", Is.EqualTo(kind));

    [Test, Property("Row", "C11"), Property("Row", "A11")]
    public void No_row_is_no_user()
    {
        var answer = Read(Usual);
        Assert.That((answer.Secret, answer.Trouble, answer.Refusal), Is.EqualTo(((UserSecret?)null, (string?)null, (ErrorFields?)null)));
    }

    [Test, Property("Row", "C11"), Property("Row", "B49")]
    public void A_row_without_a_name_is_no_user()
    {
        var answer = Read(Usual, Replies.Row([null, "secret-a"]));
        Assert.That((answer.Secret, answer.Trouble), Is.EqualTo(((UserSecret?)null, (string?)null)));
    }

    [TestCase("bob")]
    [TestCase("Alice")]
    [TestCase("alice ")]
    [TestCase("")]
    [Property("Row", "C11")]
    public void Another_name_lets_nobody_in(string name) => CheckTrouble(
        Read(Usual, Replies.Row([name, "secret-a"])), "auth_query has returned another user than the one it was asked for");

    [Test, Property("Row", "C11"), Property("Row", "A11")]
    public void Two_rows_let_nobody_in() => CheckTrouble(
        Read(Usual, Replies.Row(["alice", "secret-a"]), Replies.Row(["alice", "secret-a"])), "expected one row from auth_query, and there are more");

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(1600)]
    [Property("Row", "C11"), Property("Row", "A11")]
    public void Two_columns_are_expected(int columns)
    {
        (string, int)[] described = [.. Enumerable.Range(0, columns).Select(i => ($"c{i}", Text))];
        CheckTrouble(
            Read(Replies.RowDescription(described), Replies.Row([.. Enumerable.Repeat("alice", columns)])),
            $"expected 2 columns from auth_query, not {columns}");
    }

    [Test]
    public void A_query_without_a_result_has_no_columns() => CheckTrouble(Read(Replies.NoData()), "expected 2 columns from auth_query, not 0");

    [TestCase(17)]
    [TestCase(23)]
    [TestCase(2249)]
    public void What_is_no_text_is_no_secret(int type) => CheckTrouble(
        Read(Replies.RowDescription([("a", Name), ("b", type)]), Replies.Row(["alice", "\\x00"])),
        $"expected text columns from auth_query, and column 2 (\"b\") has the type with OID {type}");

    [TestCase(1043)]
    [TestCase(1042)]
    [TestCase(705)]
    [TestCase(16384)]
    public void Text_has_several_types_and_those_of_extensions_are_trusted(int type) =>
        Assert.That(Read(Replies.RowDescription([("a", type), ("b", type)]), Replies.Row(["alice", "secret-a"])).Secret, Is.Not.Null);

    [Test, Property("Row", "A11")]
    public void An_error_is_told_to_the_log_with_its_code() => CheckTrouble(
        Read(Replies.Error("42501", "permission denied for table pg_authid")),
        "error response from auth_query: permission denied for table pg_authid (SQLSTATE 42501)");

    [Test]
    public void An_error_behind_the_row_counts() => CheckTrouble(
        Read(Usual, Replies.Row(["alice", "secret-a"]), Replies.Error("22012", "division by zero")),
        "error response from auth_query: division by zero (SQLSTATE 22012)");

    [TestCase(int.MinValue)]
    [TestCase(-2)]
    [TestCase(100)]
    [TestCase(int.MaxValue)]
    [TestCase(-5)]
    [Property("Row", "C01")]
    public void A_length_that_cannot_be_closes_the_server(int length)
    {
        byte[] row = RawMessages.Message('D', [.. RawMessages.Int16(2), .. RawMessages.Int32(5), .. "alice"u8, .. RawMessages.Int32(length), .. "abc"u8]);
        Assert.That(() => Read(Usual, row), Throws.TypeOf<ProtocolViolationException>());
    }

    [Test, Property("Row", "C01")]
    public void Bytes_behind_the_last_column_close_the_server()
    {
        byte[] row = RawMessages.Message('D', [.. RawMessages.Int16(2), .. RawMessages.Int32(-1), .. RawMessages.Int32(-1), 0]);
        Assert.That(() => Read(Usual, row), Throws.TypeOf<ProtocolViolationException>());
    }

    [Test]
    public void No_answer_shows_a_secret() =>
        Assert.That($"{Read(Usual, Replies.Row(["alice", "planted-secret"]))}", Does.Not.Contain("planted"));

    private static AuthQueryAnswer Read(params byte[][] replies) =>
        new AuthQueryReader("alice").Read([.. Ahead, .. replies.SelectMany(reply => reply), .. Replies.CommandComplete("SELECT 1"), .. Replies.ReadyForQuery()]);

    private static void CheckTrouble(AuthQueryAnswer answer, string trouble)
    {
        Assert.That(answer.Secret, Is.Null);
        Assert.That(answer.Trouble, Is.EqualTo(trouble));
        Assert.That(answer.Refusal, Is.Null, "the client goes the way of one that does not exist");
    }
}
