using System.Text;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Differential;

/// <summary>Makes the message that a line of a script writes.</summary>
internal static class ScriptMessages
{
    public static byte[] Read(string word, ScriptLine line) => word switch
    {
        "Q" => RawMessages.Query(line.String()),
        "P" => Parse(line),
        "B" => Bind(line),
        "D" => RawMessages.Describe(Kind(line), line.String()),
        "C" => RawMessages.Close(Kind(line), line.String()),
        "E" => RawMessages.Execute(line.String(), line.NumberOr(0)),
        "S" => RawMessages.Sync(),
        "H" => RawMessages.Flush(),
        "X" => RawMessages.Terminate(),
        "d" => RawMessages.CopyData(line.String()),
        "c" => RawMessages.CopyDone(),
        "f" => RawMessages.CopyFail(line.String()),
        "F" => RawMessages.FunctionCall(line.Number(), [.. line.List(item => item.String())]),
        "M" => RawMessages.Message(Kind(line), Body(line)),
        _ => throw line.Fault($"no message is named {word}"),
    };

    private static byte[] Parse(ScriptLine line)
    {
        var name = line.String();
        return RawMessages.Parse(line.String(), name, [.. line.List(item => item.Number())]);
    }

    private static byte[] Bind(ScriptLine line) =>
        RawMessages.Bind(line.String(), line.String(), line.List(Value), line.List(item => item.Number()), line.List(item => item.Number()));

    /// <summary>A value is a string, null, or x and hexadecimal digits.</summary>
    private static byte[]? Value(ScriptLine line)
    {
        if (line.IsString)
        {
            return Encoding.UTF8.GetBytes(line.String());
        }

        var word = line.Word();
        return word == "null" ? null : Convert.FromHexString(word.AsSpan(1));
    }

    /// <summary>A body made by hand: strings without their final zero, and hexadecimal digits.</summary>
    private static byte[] Body(ScriptLine line)
    {
        var body = new List<byte>();
        while (!line.IsAtEnd)
        {
            body.AddRange(line.IsString ? Encoding.UTF8.GetBytes(line.String()) : Convert.FromHexString(line.Word()));
        }

        return [.. body];
    }

    private static char Kind(ScriptLine line)
    {
        var word = line.Word();
        return word.Length == 1 ? word[0] : throw line.Fault("one letter is expected");
    }
}
