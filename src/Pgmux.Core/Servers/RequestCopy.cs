namespace Pgmux.Core.Servers;

/// <summary>
/// A query cycle as its client has sent it, kept until the server has begun to carry it out: when the server refuses a prepared statement
/// because its plan is stale or it is lost, the cycle is run again. Only cycles that begin outside a transaction block are kept, and only
/// what the server has refused to begin is run again.
/// </summary>
internal sealed class RequestCopy
{
    /// <summary>
    /// Longest cycle that is kept: what is sent again fits into a drained connection's output without a wait. A Bind with larger
    /// parameters gets the server's error.
    /// </summary>
    public const int BytesLimit = 32 * 1024;

    // Room to begin with: the usual cycle. It grows and stays, because servers are few.
    private const int UsualBytes = 1024;

    private byte[] _bytes = [];
    private int _length;

    /// <summary>How far it has come.</summary>
    public RequestCopyState State { get; private set; }

    /// <summary>Whether more of the cycle is to come.</summary>
    public bool IsOpen => State is RequestCopyState.Open or RequestCopyState.Refused;

    /// <summary>The request that was refused.</summary>
    public OutstandingRequest Failed { get; private set; }

    /// <summary>The error that the client has not been told.</summary>
    public byte[] Error { get; private set; } = [];

    /// <summary>Whether not all of it could be kept.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Requests at its beginning that have their answers.</summary>
    public int Answered { get; set; }

    /// <summary>Whether the first request without its answer has told the parameters of its statement.</summary>
    public bool HasParameters { get; set; }

    /// <summary>Bytes at its beginning that have been sent again; more than none when the rest waits for the answers to those.</summary>
    public int Resent { get; set; }

    /// <summary>What the client has sent.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>A cycle begins that can be run again.</summary>
    public void Begin()
    {
        State = RequestCopyState.Open;
        IsTooLong = false;
        _length = 0;
    }

    /// <summary>Nothing is kept.</summary>
    public void Drop()
    {
        State = RequestCopyState.None;
        if (Error.Length > 0)
        {
            Error = [];
        }
    }

    /// <summary>A part of a message of the cycle.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > BytesLimit)
        {
            // Of one that was refused the error has to be told.
            State = State == RequestCopyState.Refused ? State : RequestCopyState.None;
            IsTooLong = true;
            return;
        }

        if (_length + bytes.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Clamp((_length + bytes.Length) * 2, UsualBytes, BytesLimit));
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>The end of the cycle has been sent.</summary>
    public void Complete()
    {
        if (IsOpen)
        {
            State = State == RequestCopyState.Open ? RequestCopyState.Whole : RequestCopyState.ToRunAgain;
        }
    }

    /// <summary>The server has refused the cycle before it did anything of it.</summary>
    /// <param name="answered">Requests that were answered before and are not sent again.</param>
    /// <param name="hasParameters">Whether the one that was refused has told the parameters of its statement.</param>
    /// <param name="failed">The request that was refused.</param>
    /// <param name="error">The body of the error, to be told when the cycle cannot be run again after all.</param>
    public void OnRefused(int answered, bool hasParameters, in OutstandingRequest failed, ReadOnlySpan<byte> error)
    {
        Failed = failed;
        Error = error.ToArray();
        HasParameters = hasParameters;
        Answered = answered;
        Resent = 0;
        State = State == RequestCopyState.Open ? RequestCopyState.Refused : RequestCopyState.ToRunAgain;
    }

    /// <summary>All of it has been sent again.</summary>
    public void OnRunAgain()
    {
        State = RequestCopyState.RunAgain;
        Error = [];
    }
}
