using Pgmux.Core.Servers;

namespace Pgmux.Core.Clients;

/// <summary>What became of a message that names a prepared statement.</summary>
/// <param name="Replaced">
/// Bytes from its beginning that pgmux has sent in another form, or not at all; what follows of it is forwarded as it is.
/// </param>
/// <param name="Wait">What it has to wait for; then nothing was done.</param>
internal readonly record struct RequestRewrite(int Replaced, RequestWait Wait = RequestWait.None)
{
    /// <summary>It goes to the server as it is.</summary>
    public static RequestRewrite Unchanged { get; } = new(0);

    /// <summary>It goes to the server as it is, and is noted as what it is.</summary>
    public static RequestRewrite Forward(ServerConnection server, RequestKind kind)
    {
        server.Outstanding.Add(kind, ReplyAction.Forward);
        return Unchanged;
    }

    /// <summary>Nothing of it goes to the server, however long it is.</summary>
    public static RequestRewrite Dropped { get; } = new(int.MaxValue);

    /// <summary>It is tried again when this has come.</summary>
    public static RequestRewrite Later(RequestWait wait) => new(0, wait);
}
