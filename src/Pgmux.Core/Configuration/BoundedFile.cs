namespace Pgmux.Core.Configuration;

/// <summary>Reads a file whole, with a limit and a sentence for everything that may go wrong.</summary>
internal static class BoundedFile
{
    private const long Mebibyte = 1024 * 1024;

    /// <summary>The bytes of the file, or null and the reason.</summary>
    public static byte[]? Read(string path, long limitBytes, out string problem)
    {
        problem = "";
        try
        {
            if (Directory.Exists(path))
            {
                problem = "is a directory, not a file";
                return null;
            }

            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            var buffer = new byte[64 * 1024];

            // Read to the end rather than by length: a pipe has none, and the file may grow meanwhile.
            for (var read = file.Read(buffer); read > 0; read = file.Read(buffer))
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > limitBytes)
                {
                    problem = $"is larger than {(limitBytes < Mebibyte ? $"{limitBytes / 1024} KiB" : $"{limitBytes / Mebibyte} MiB")}, the most that is read";
                    return null;
                }
            }

            return bytes.ToArray();
        }
        catch (Exception e) when (FileProblem.IsExpected(e))
        {
            problem = $"cannot be read: {FileProblem.Describe(e)}";
        }

        return null;
    }
}
