using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

/// <summary>A directory of configuration files that goes away with the test.</summary>
internal sealed class ConfigFiles : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pgmux-config-");

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    public string Write(string name, string content)
    {
        File.WriteAllText(PathOf(name), content);
        return PathOf(name);
    }

    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(PathOf(name), content);
        return PathOf(name);
    }

    /// <summary>Loads a file of this content.</summary>
    public ConfigLoadResult Load(string content) => ConfigLoader.Load(Write("pgmux.ini", content));

    /// <summary>Loads a file that must be free of faults.</summary>
    public ConfigSnapshot LoadGood(string content)
    {
        var result = Load(content);
        Assert.That(result.Faults, Is.Empty);
        return result.Snapshot!;
    }

    /// <summary>The faults of a file, each as "line: message".</summary>
    public string[] FaultsOf(string content) => [.. Load(content).Faults.Select(fault => $"{fault.Line}: {fault.Message}")];

    public void Dispose() => _directory.Delete(recursive: true);
}
