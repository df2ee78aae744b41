using FsCheck.Fluent;

namespace Pgmux.Protocol.Tests;

/// <summary>Heads of messages whose bodies stream past.</summary>
public sealed class MessageHeadTests
{
    private static readonly byte[] ParseBody = Body(output => FrontendMessages.WriteParse(output, "s1", "SELECT $1", [23]));
    private static readonly byte[] BindBody = Body(output => FrontendMessages.WriteBind(output, "portal", "s1", [], [[1]], []));
    private static readonly byte[] DescribeBody = Body(output => FrontendMessages.WriteDescribe(output, StatementOrPortal.Statement, "s1"));
    private static readonly byte[] CloseBody = Body(output => FrontendMessages.WriteClose(output, StatementOrPortal.Portal, "p"));

    [Test, Property("Row", "E22")]
    public void The_name_of_Parse_is_there_as_soon_as_its_zero()
    {
        for (var arrived = 0; arrived <= ParseBody.Length; arrived++)
        {
            var isThere = Parse.TryReadName(ParseBody.AsSpan(0, arrived), arrived == ParseBody.Length, out var name);
            Assert.That(isThere, Is.EqualTo(arrived >= "s1\0".Length));
            Assert.That(name.SequenceEqual(isThere ? "s1"u8 : default));
        }
    }

    [Test, Property("Row", "E22")]
    public void The_names_of_Bind_are_there_as_soon_as_the_second_zero()
    {
        for (var arrived = 0; arrived <= BindBody.Length; arrived++)
        {
            var isThere = Bind.TryRead(BindBody.AsSpan(0, arrived), arrived == BindBody.Length, out var bind);
            Assert.That(isThere, Is.EqualTo(arrived >= "portal\0s1\0".Length));
            Assert.That(bind.Portal.SequenceEqual(isThere ? "portal"u8 : default));
            Assert.That(bind.Statement.SequenceEqual(isThere ? "s1"u8 : default));
            Assert.That(bind.HeadLength, Is.EqualTo(isThere ? "portal\0s1\0".Length : 0));
        }
    }

    [Test, Property("Row", "E22")]
    public void Describe_and_Close_are_there_as_soon_as_their_zero()
    {
        for (var arrived = 0; arrived <= DescribeBody.Length; arrived++)
        {
            Assert.That(
                Describe.TryRead(DescribeBody.AsSpan(0, arrived), arrived == DescribeBody.Length, out var describe),
                Is.EqualTo(arrived == DescribeBody.Length));
            Assert.That(describe.IsStatement, Is.EqualTo(arrived == DescribeBody.Length));
        }

        for (var arrived = 0; arrived <= CloseBody.Length; arrived++)
        {
            Assert.That(
                Close.TryRead(CloseBody.AsSpan(0, arrived), arrived == CloseBody.Length, out var close),
                Is.EqualTo(arrived == CloseBody.Length));
            Assert.That(close.IsStatement, Is.False);
        }
    }

    [Test, Property("Row", "B02")]
    public void A_complete_body_without_its_zero_breaks_the_protocol()
    {
        byte[] body = [.. "Sname"u8];
        Assert.Multiple(() =>
        {
            Assert.That(() => Parse.TryReadName(body, true, out _), Throws.TypeOf<ProtocolViolationException>());
            Assert.That(() => Bind.TryRead([.. "portal\0statement"u8], true, out _), Throws.TypeOf<ProtocolViolationException>());
            Assert.That(() => Describe.TryRead(body, true, out _), Throws.TypeOf<ProtocolViolationException>());
            Assert.That(() => Close.TryRead([], true, out _), Throws.TypeOf<ProtocolViolationException>());
        });
    }

    [Test, Property("Row", "B102")]
    public void Whatever_is_bound_the_head_is_read_right() =>
        Prop.ForAll<string, string, byte[][]>((portal, statement, parameters) =>
        {
            var (portalText, statementText) = (GeneratedText.Usable(portal), GeneratedText.Usable(statement));
            var body = Body(output => FrontendMessages.WriteBind(output, portalText, statementText, [1], parameters ?? [], [0]));
            var reader = new PayloadReader(body);
            var bind = Bind.Read(ref reader);
            return WireText.Decode(bind.Portal) == portalText
                && WireText.Decode(bind.Statement) == statementText
                && bind.HeadLength == body.Length - reader.RemainingLength;
        }).CheckHolds();

    [Test]
    public void Parameter_types_of_Parse_are_read_up_to_the_most_there_can_be()
    {
        var types = Enumerable.Range(1, ushort.MaxValue).ToArray();
        var body = Body(output => FrontendMessages.WriteParse(output, "", "SELECT", types));
        var reader = new PayloadReader(body);
        var parse = Parse.Read(ref reader);
        Assert.That(parse.ParameterTypeCount, Is.EqualTo(ushort.MaxValue));
        Assert.That(parse.GetParameterType(0), Is.EqualTo(1));
        Assert.That(parse.GetParameterType(ushort.MaxValue - 1), Is.EqualTo(ushort.MaxValue));
    }

    private static byte[] Body(Action<System.Buffers.IBufferWriter<byte>> write) => new MessageSample("", write).Body;
}
