namespace Pgmux.Core.Configuration;

/// <summary>Tells whether a file was written to since it was last looked at.</summary>
internal readonly record struct FileStamp(DateTime LastWriteUtc, long Length)
{
    /// <summary>The stamp of <paramref name="path"/> now; the default when there is no such file.</summary>
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new FileStamp(file.LastWriteTimeUtc, file.Length) : default;
    }
}
