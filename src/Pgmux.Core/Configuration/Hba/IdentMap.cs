using System.Text.RegularExpressions;

namespace Pgmux.Core.Configuration.Hba;

/// <summary>The lines of the ident file under one name, which rules name as <c>map=</c>.</summary>
/// <param name="name">The name.</param>
/// <param name="mappings">The lines in their order; nobody else may keep the array.</param>
internal sealed class IdentMap(string name, IdentMapping[] mappings)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>Whether this system user may be this database user by any of the lines.</summary>
    public bool Allows(string systemUser, string user)
    {
        try
        {
            foreach (var mapping in mappings)
            {
                if (mapping.Allows(systemUser, user))
                {
                    return true;
                }
            }
        }
        catch (RegexMatchTimeoutException)
        {
            // What cannot be decided is not allowed.
        }

        return false;
    }
}
