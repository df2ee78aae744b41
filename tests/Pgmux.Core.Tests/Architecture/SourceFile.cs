using Pgmux.Core.Tests.Configuration;

namespace Pgmux.Core.Tests.Architecture;

/// <summary>A file of the repository by its name in it.</summary>
internal sealed record SourceFile(string Name, string Path)
{
    /// <summary>What stands in it.</summary>
    public string Text => File.ReadAllText(Path);

    /// <summary>The files of some folders with one of these extensions, what builds leave there aside.</summary>
    public static IEnumerable<SourceFile> In(IEnumerable<string> folders, params string[] extensions)
    {
        var root = RepositoryFiles.PathOf();
        return folders
            .SelectMany(folder => Directory.EnumerateFiles(System.IO.Path.Combine(root, folder), "*.*", SearchOption.AllDirectories))
            .Where(file => extensions.Contains(System.IO.Path.GetExtension(file)) && !file.Contains("/obj/") && !file.Contains("/bin/"))
            .Select(file => new SourceFile(System.IO.Path.GetRelativePath(root, file), file));
    }
}
