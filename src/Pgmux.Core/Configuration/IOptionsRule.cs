namespace Pgmux.Core.Configuration;

/// <summary>One rule that a configuration must keep beyond the form of its single values.</summary>
internal interface IOptionsRule
{
    /// <summary>Adds what is wrong to <paramref name="faults"/>, and what is only odd to <paramref name="warnings"/>.</summary>
    void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings);
}
