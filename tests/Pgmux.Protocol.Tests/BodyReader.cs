namespace Pgmux.Protocol.Tests;

/// <summary>Reads a body with one of the message types and drops the result.</summary>
public delegate void BodyReader(ref PayloadReader body);
