using Pgmux.Transport.Native;

namespace Pgmux.Transport.Tests.Native;

public sealed class UnixFilesTests
{
    [Test]
    public void Identity_tells_files_apart()
    {
        using var folder = new TempFolder();
        var one = folder.Path("one");
        var two = folder.Path("two");
        File.WriteAllText(one, "1");
        File.WriteAllText(two, "2");
        var identity = UnixFiles.Identify(one);
        Assert.That(identity, Is.Not.Null);
        Assert.That(identity, Is.EqualTo(UnixFiles.Identify(one)));
        Assert.That(identity, Is.Not.EqualTo(UnixFiles.Identify(two)));
        Assert.That(identity!.Value.IsSocket, Is.False);
        Assert.That(identity.Value.Inode, Is.Not.Zero);
        Assert.That(UnixFiles.Identify(folder.Path("none")), Is.Null);

        File.Move(one, folder.Path("moved"));
        Assert.That(UnixFiles.Identify(folder.Path("moved")), Is.EqualTo(identity));
    }

    [Test]
    public void Groups_are_found_by_name_and_number()
    {
        Assert.That(UnixFiles.FindGroup("root"), Is.Zero);
        Assert.That(UnixFiles.FindGroup("1234"), Is.EqualTo(1234));
        Assert.That(UnixFiles.FindGroup("no such group"), Is.Null);
    }

    [Test]
    public void Errors_have_words()
    {
        Assert.That(Errno.ConnectionRefused.Describe(), Is.EqualTo("Connection refused"));
        Assert.That(UnixFiles.ChangeMode("/nonexistent/file", UnixFileMode.UserRead), Is.EqualTo(Errno.NoEntry));
    }
}
