namespace Pgmux.Integration.Tests.Memory;

/// <summary>Nothing runs beside the fixtures of this namespace: they measure.</summary>
[SetUpFixture, NonParallelizable]
internal sealed class MeasuredAlone
{
}
