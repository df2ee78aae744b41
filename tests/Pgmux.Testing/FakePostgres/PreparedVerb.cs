namespace Pgmux.Testing.FakePostgres;

/// <summary>What SQL does with prepared statements.</summary>
internal enum PreparedVerb
{
    /// <summary>PREPARE name [(types)] AS statement.</summary>
    Prepare,

    /// <summary>EXECUTE name [(arguments)].</summary>
    Execute,

    /// <summary>DEALLOCATE [PREPARE] name.</summary>
    Deallocate,

    /// <summary>DEALLOCATE [PREPARE] ALL.</summary>
    DeallocateAll,
}
