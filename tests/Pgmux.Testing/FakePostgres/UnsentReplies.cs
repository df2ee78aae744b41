using System.Diagnostics.CodeAnalysis;

namespace Pgmux.Testing.FakePostgres;

/// <summary>
/// Replies that a backend keeps until somebody asks for them: in an extended query PostgreSQL sends nothing before Flush, Sync, an error, a
/// notice, the beginning of a COPY FROM STDIN or a full buffer. Source: pqcomm.c, elog.c (send_message_to_frontend), copyfromparse.c.
/// </summary>
internal sealed class UnsentReplies
{
    // PQ_SEND_BUFFER_SIZE.
    private const int BufferBytes = 8192;

    private readonly Queue<byte[]> _replies = [];
    private int _bytes;

    /// <summary>Whether they go out without being asked for.</summary>
    public bool IsDue { get; private set; }

    /// <summary>Whether a message asks for them.</summary>
    public static bool IsFlush(char type) => type is 'S' or 'Q' or 'F' or 'H' or 'd' or 'c' or 'f';

    public void Add(byte[] reply)
    {
        _replies.Enqueue(reply);
        _bytes += reply.Length;
        IsDue |= _bytes >= BufferBytes || (char)reply[0] is 'E' or 'N' or 'G' or 'A';
    }

    public bool TryTake([NotNullWhen(true)] out byte[]? reply)
    {
        if (_replies.TryDequeue(out reply))
        {
            _bytes -= reply.Length;
            return true;
        }

        IsDue = false;
        return false;
    }
}
