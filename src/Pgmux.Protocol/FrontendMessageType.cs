namespace Pgmux.Protocol;

/// <summary>First byte of a message that a client sends after its startup packet.</summary>
public enum FrontendMessageType : byte
{
    /// <summary>Binds parameters to a prepared statement, making a portal.</summary>
    Bind = (byte)'B',

    /// <summary>Closes a prepared statement or portal.</summary>
    Close = (byte)'C',

    /// <summary>A piece of COPY data.</summary>
    CopyData = (byte)'d',

    /// <summary>End of COPY data.</summary>
    CopyDone = (byte)'c',

    /// <summary>The client gives a COPY up.</summary>
    CopyFail = (byte)'f',

    /// <summary>Asks for the description of a prepared statement or portal.</summary>
    Describe = (byte)'D',

    /// <summary>Runs a portal.</summary>
    Execute = (byte)'E',

    /// <summary>Asks the server to send what it has pending.</summary>
    Flush = (byte)'H',

    /// <summary>Calls a function by its OID (fast path).</summary>
    FunctionCall = (byte)'F',

    /// <summary>Prepares a statement.</summary>
    Parse = (byte)'P',

    /// <summary>PasswordMessage, SASLInitialResponse or SASLResponse, by what was asked.</summary>
    Password = (byte)'p',

    /// <summary>Simple query.</summary>
    Query = (byte)'Q',

    /// <summary>Ends an extended query; answered by ReadyForQuery.</summary>
    Sync = (byte)'S',

    /// <summary>The client says goodbye.</summary>
    Terminate = (byte)'X',
}
