using System.Globalization;

namespace Pgmux.Testing.Chaos.Faults;

/// <summary>One fault of a schedule.</summary>
/// <param name="At">When it begins, counted from the end of the warm-up; later when the one before lasts longer.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Duration">How long it lasts, where that can be chosen.</param>
/// <param name="Seed">Decides whom it meets.</param>
internal sealed record ChaosEvent(TimeSpan At, ChaosEventKind Kind, TimeSpan Duration, int Seed)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind} at {At.TotalSeconds:F1} s for {Duration.TotalSeconds:F1} s, seed {Seed}");
}
