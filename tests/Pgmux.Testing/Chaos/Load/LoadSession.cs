using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos.Load;

/// <summary>One connection of a load client, on a bare socket.</summary>
internal sealed class LoadSession : IAsyncDisposable
{
    /// <summary>Who has no answer by then is forgotten. No fault lasts a tenth of it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly EndPoint _endPoint;
    private readonly RawClient _client;
    private (int ProcessId, byte[] Key) _cancelKey;

    private LoadSession(EndPoint endPoint, RawClient client, string name, ChaosReport report)
    {
        _endPoint = endPoint;
        _client = client;
        Name = name;
        Report = report;
        client.Patience = Patience;
    }

    /// <summary>Stands in every nonce of this connection.</summary>
    public string Name { get; }

    public ChaosReport Report { get; }

    public CancelWindow Cancels { get; } = new();

    /// <summary>The names of the prepared statements that this connection surely has, by number of their text.</summary>
    public Dictionary<int, string> Prepared { get; } = [];

    /// <summary>This side has broken the connection off: however it ends, that is right.</summary>
    public bool IsAborted { get; private set; }

    public bool WasReset => _client.WasReset;

    public static async Task<LoadSession> LoginAsync(EndPoint endPoint, string name, ChaosReport report)
    {
        var session = new LoadSession(endPoint, await RawClient.ConnectAsync(endPoint), name, report);
        try
        {
            await session.SendAsync(RawMessages.Startup(("user", "app"), ("database", "app"), ("application_name", name)));
            var mark = session.Cancels.Mark();
            while (true)
            {
                var message = await session.ReadAsync();
                switch (message.Type)
                {
                    case 'K':
                        session._cancelKey = (BinaryPrimitives.ReadInt32BigEndian(message.Body), message.Body[4..]);
                        break;
                    case 'E':
                        session.Judge(message, mark, ownError: null, "the login");
                        throw new SessionEndedException($"login: {message}");
                    case 'Z':
                        return session;
                    default:
                        break;
                }
            }
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends; a peer that has hung up meanwhile shows when the answer is read.</summary>
    public async Task SendAsync(params byte[][] messages)
    {
        try
        {
            await _client.TrySendAsync([.. messages.SelectMany(bytes => bytes)]);
        }
        catch (Exception e) when (IsAborted && IsEndOfOurOwn(e))
        {
            throw new SessionEndedException("broken off by the client");
        }
    }

    /// <summary>The next message; the end of the connection is an exception.</summary>
    public async Task<RawMessage> ReadAsync()
    {
        RawMessage? message;
        try
        {
            message = await _client.ReadAsync();
        }
        catch (TimeoutException) when (!IsAborted)
        {
            Report.Find($"{Name} has had no answer for {Patience.TotalSeconds} s");
            throw new SessionEndedException("no answer");
        }
        catch (Exception e) when (IsAborted && IsEndOfOurOwn(e))
        {
            throw new SessionEndedException("broken off by the client");
        }
        catch (InvalidOperationException e)
        {
            // The server was lost inside a message of which the client had a part.
            Report.FindUnlessFaulted($"{Name}: {e.Message}");
            throw new SessionEndedException(e.Message);
        }

        if (message is not null)
        {
            return message;
        }

        if (!IsAborted && !WasReset)
        {
            // A reset may take the last word away, as with PostgreSQL itself; a close in good order may not.
            Report.Find($"{Name} was closed without a word");
        }

        throw new SessionEndedException(IsAborted ? "broken off by the client" : "reset");
    }

    /// <summary>Behind a FATAL error nothing may come but the end.</summary>
    public async Task ExpectEndAsync(RawMessage fatal)
    {
        var more = new List<RawMessage>();
        try
        {
            while (await _client.ReadAsync() is { } message)
            {
                more.Add(message);
            }
        }
        catch (TimeoutException) when (!IsAborted)
        {
            Report.Find($"{Name} got {fatal} and was not closed for {Patience.TotalSeconds} s");
        }
        catch (Exception e) when (IsAborted && IsEndOfOurOwn(e))
        {
            return;
        }

        if (more.Count > 0 && !IsAborted)
        {
            Report.Find($"{Name} got {string.Join(' ', more)} behind {fatal}");
        }
    }

    /// <summary>Counts an error, and says so when nothing that this run does explains it.</summary>
    public void Judge(RawMessage error, long cancelMark, string? ownError, string during)
    {
        Report.CountError(error);
        var isExplained = error.SqlState switch
        {
            var state when state == ownError => true,
            "57014" => Cancels.MayHaveHit(cancelMark),
            "57P01" or "57P02" or "57P03" or "08006" => Report.AreFaultsOn,
            _ => false,
        };
        if (!isExplained && !IsAborted)
        {
            Report.Find($"{Name} got {error} for {during}");
        }
    }

    /// <summary>Asks for the cancellation of whatever runs, and waits until pgmux has closed the request's connection.</summary>
    public async Task CancelAsync()
    {
        Cancels.Begin();
        try
        {
            await using var cancel = await RawClient.ConnectAsync(_endPoint);
            cancel.Patience = Patience;
            await cancel.TrySendAsync(RawMessages.CancelRequest(_cancelKey.ProcessId, _cancelKey.Key));
            var answer = await cancel.ReadToEndAsync();
            if (answer.Count > 0)
            {
                Report.Find($"a cancel request of {Name} was answered with {string.Join(' ', answer)}");
            }
        }
        catch (TimeoutException)
        {
            Report.Find($"a cancel request of {Name} was not closed for {Patience.TotalSeconds} s");
        }
        catch (SocketException e)
        {
            Report.Find($"a cancel request of {Name} found nobody: {e.SocketErrorCode}");
        }
        finally
        {
            Cancels.End();
        }
    }

    public async Task AbortAsync(AbortKind kind)
    {
        IsAborted = true;
        try
        {
            switch (kind)
            {
                case AbortKind.Close:
                    await _client.DisposeAsync();
                    break;
                case AbortKind.HalfClose:
                    _client.CloseSending();
                    break;
                default:
                    _client.Reset();
                    break;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It had ended by itself.
        }
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    // What reading from a socket throws that another thread closes meanwhile, or that ends inside a message.
    private static bool IsEndOfOurOwn(Exception e) =>
        e is SocketException or ObjectDisposedException or TimeoutException or InvalidOperationException or OperationCanceledException;
}
