using System.Runtime.InteropServices;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Tests.Native;

public sealed class SystemUsersTests
{
    [Test]
    public void The_first_user_is_root()
    {
        Assert.That(SystemUsers.Find(0), Is.EqualTo(new SystemUser("root", 0, 0)));
        Assert.That(SystemUsers.Find("root"), Is.EqualTo(new SystemUser("root", 0, 0)));
    }

    [Test]
    public void Every_user_of_the_file_is_found_by_both()
    {
        foreach (var words in File.ReadLines("/etc/passwd").Where(line => line.Contains(':')).Select(line => line.Split(':')))
        {
            var user = new SystemUser(words[0], uint.Parse(words[2]), uint.Parse(words[3]));
            Assert.That(SystemUsers.Find(user.Name), Is.EqualTo(user));
            Assert.That(SystemUsers.Find(user.UserId)?.UserId, Is.EqualTo(user.UserId));
        }
    }

    [Test]
    public void A_user_that_is_not_there_is_not_found()
    {
        Assert.That(SystemUsers.Find(4_000_000_000), Is.Null);
        Assert.That(SystemUsers.Find("no-such-user-here"), Is.Null);
        Assert.That(SystemUsers.Find(""), Is.Null);
        Assert.That(SystemUsers.Find(new string('x', 100_000)), Is.Null);
    }

    [TestCase(nameof(PasswdEntry.Name), 0)]
    [TestCase(nameof(PasswdEntry.UserId), 16)]
    [TestCase(nameof(PasswdEntry.GroupId), 20)]
    [TestCase(nameof(PasswdEntry.Shell), 40)]
    public void Fields_of_an_entry_stand_where_the_library_writes_them(string field, int offset) =>
        Assert.That((int)Marshal.OffsetOf<PasswdEntry>(field), Is.EqualTo(offset));
}
