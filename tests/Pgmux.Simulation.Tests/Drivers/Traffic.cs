using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>The last messages of a session in both directions, for who has to find out what went wrong.</summary>
internal sealed class Traffic
{
    // About what fits on a screen.
    private const int Limit = 40;
    private const int MostCharacters = 60;

    private readonly Queue<(char Direction, RawMessage Message)> _messages = [];

    public void Sent(RawMessage message) => Add('>', message);

    public void Received(RawMessage message) => Add('<', message);

    public override string ToString() => string.Join(' ', _messages.Select(entry => entry.Direction + Describe(entry.Direction, entry.Message)));

    private void Add(char direction, RawMessage message)
    {
        if (_messages.Count == Limit)
        {
            _messages.Dequeue();
        }

        _messages.Enqueue((direction, message));
    }

    private static string Describe(char direction, RawMessage message)
    {
        var text = direction == '<' ? FakeClient.Describe(message) : $"{message.Type}({message.Text.Replace('\0', ' ').Trim()})";
        return text.Length <= MostCharacters ? text : $"{text[..MostCharacters]}...";
    }
}
