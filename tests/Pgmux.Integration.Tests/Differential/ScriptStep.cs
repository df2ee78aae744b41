namespace Pgmux.Integration.Tests.Differential;

/// <summary>One line of a script.</summary>
/// <param name="Client">Number of the client that acts, from 1.</param>
/// <param name="Action">What it does.</param>
/// <param name="Bytes">What it writes.</param>
/// <param name="Type">The message type that it waits for.</param>
/// <param name="Count">How often the awaited type has to come.</param>
internal sealed record ScriptStep(int Client, ScriptAction Action, byte[] Bytes, char Type = '\0', int Count = 1);
