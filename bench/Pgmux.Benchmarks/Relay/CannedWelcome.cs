using Pgmux.Protocol;

namespace Pgmux.Benchmarks.Relay;

/// <summary>What a server says to a login that needs no password.</summary>
internal static class CannedWelcome
{
    public static byte[] Bytes { get; } = Exchange.Write(output =>
    {
        BackendMessages.WriteAuthenticationOk(output);
        BackendMessages.WriteParameterStatus(output, "application_name", "");
        BackendMessages.WriteParameterStatus(output, "client_encoding", "UTF8");
        BackendMessages.WriteParameterStatus(output, "DateStyle", "ISO, MDY");
        BackendMessages.WriteParameterStatus(output, "TimeZone", "UTC");
        BackendMessages.WriteParameterStatus(output, "standard_conforming_strings", "on");
        BackendMessages.WriteParameterStatus(output, "server_version", "18.0");
        BackendMessages.WriteBackendKeyData(output, processId: 1, [1, 2, 3, 4]);
        BackendMessages.WriteReadyForQuery(output, TransactionStatus.Idle);
    });
}
