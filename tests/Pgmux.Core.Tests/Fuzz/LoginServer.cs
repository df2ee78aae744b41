using System.Text;
using Pgmux.Core.Tests.Authentication;
using Pgmux.Protocol;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>A server that asks for SCRAM as it should, with the right secret or a wrong one, and keeps what was really said in its name.</summary>
internal sealed class LoginServer(bool knowsPassword)
{
    private const int Ok = 0;
    private const int Sasl = 10;
    private const int SaslContinue = 11;
    private const int SaslFinal = 12;

    private readonly ScramKeys _keys = ScramKeys.Derive(knowsPassword ? Secrets.Password : "wrong", Secrets.Salt, Secrets.Iterations);

    /// <summary>The exchange as it was sent.</summary>
    public ScramEvidence Evidence { get; } = new();

    /// <summary>Whether pgmux has entered a SCRAM exchange.</summary>
    public bool HasScramBegun { get; private set; }

    /// <summary>The body that belongs here.</summary>
    public byte[] Next()
    {
        if (!HasScramBegun)
        {
            return Body(Sasl, "SCRAM-SHA-256\0\0");
        }

        if (Evidence.ClientFinal.Length == 0)
        {
            var nonce = Encoding.Latin1.GetString(Evidence.ClientFirst).Split("r=")[^1];
            return Body(SaslContinue, $"r={nonce}fuzz,s={Convert.ToBase64String(Secrets.Salt)},i={Secrets.Iterations}");
        }

        return Evidence.ServerFinal.Length == 0 ? Body(SaslFinal, $"v={Convert.ToBase64String(Evidence.Signature(_keys))}") : Body(Ok, "");
    }

    /// <summary>What was sent instead, or as well.</summary>
    public void Sent(byte[] body)
    {
        if (!HasScramBegun || body.Length < sizeof(int))
        {
            return;
        }

        if (Evidence.ClientFinal.Length == 0)
        {
            Evidence.ServerFirst = body[sizeof(int)..];
        }
        else if (Evidence.ServerFinal.Length == 0)
        {
            Evidence.ServerFinal = body[sizeof(int)..];
        }
    }

    /// <summary>What pgmux has answered.</summary>
    public void Received(List<(byte Type, byte[] Body)> messages)
    {
        foreach (var (_, body) in messages)
        {
            if (body.AsSpan().StartsWith("SCRAM-SHA-256\0"u8))
            {
                HasScramBegun = true;
                Evidence.ClientFirst = body[("SCRAM-SHA-256\0".Length + sizeof(int))..];
            }
            else if (HasScramBegun)
            {
                Evidence.ClientFinal = body;
            }
        }
    }

    private static byte[] Body(int kind, string data) => [.. RawMessages.Int32(kind), .. Encoding.Latin1.GetBytes(data)];
}
