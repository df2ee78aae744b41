using BenchmarkDotNet.Attributes;
using Pgmux.Benchmarks.Throughput;

namespace Pgmux.Benchmarks.Relay;

/// <summary>
/// What is longer than any buffer passes in pieces: results, COPY both ways, single messages of 16 MB. Either end holds every byte against
/// what the other one sent.
/// </summary>
[MemoryDiagnoser]
[ThroughputColumn]
public class StreamBenchmarks
{
    private const long RowsBytes = (long)LongExchanges.Rows * LongExchanges.RowBytes;

    private RelayRig _rig = null!;
    private RelayClient _client = null!;

    [GlobalSetup]
    public void LogInAndCheck()
    {
        _rig = new RelayRig();
        _client = _rig.Connect();
        Exchange.Expect(Result_of_1_MB(), LongExchanges.Result);
        Exchange.Expect(Copy_out_of_1_MB(), LongExchanges.CopyOut);
        Exchange.Expect(Copy_in_of_1_MB(), LongExchanges.CopyIn, LongExchanges.CopyInLines);
        Exchange.Expect(Row_of_16_MB(), LongExchanges.Row);
        Exchange.Expect(Parameter_of_16_MB(), LongExchanges.Parameter);
    }

    [GlobalCleanup]
    public void CleanUp() => _rig.Dispose();

    [Benchmark]
    [BytesPerOperation(RowsBytes)]
    public int Result_of_1_MB() => _client.Run(LongExchanges.Result);

    [Benchmark]
    [BytesPerOperation(RowsBytes)]
    public int Copy_out_of_1_MB() => _client.Run(LongExchanges.CopyOut);

    [Benchmark]
    [BytesPerOperation(RowsBytes)]
    public int Copy_in_of_1_MB() => _client.Run(LongExchanges.CopyIn) + _client.Run(LongExchanges.CopyInLines);

    [Benchmark]
    [BytesPerOperation(LongExchanges.ValueBytes)]
    public int Row_of_16_MB() => _client.Run(LongExchanges.Row);

    [Benchmark]
    [BytesPerOperation(LongExchanges.ValueBytes)]
    public int Parameter_of_16_MB() => _client.Run(LongExchanges.Parameter);
}
