namespace Pgmux.Core.Configuration.Hba;

/// <summary>
/// Reads the ident file: map, system user and database user on each line. Both users may be regular expressions behind a slash; the
/// database user may be <c>all</c>, and may hold \1.
/// </summary>
internal sealed class IdentReader(HbaIncludes includes, HbaFaults faults)
{
    private const int Columns = 3;

    /// <summary>The maps by name.</summary>
    public IReadOnlyDictionary<string, IdentMap> Read(string path, SourceLocation namedAt)
    {
        var found = new Dictionary<string, List<IdentMapping>>();
        foreach (var line in includes.Read(path, namedAt, "auth_ident_file"))
        {
            if (!TryRead(line, out var mapping, out var problem))
            {
                faults.Add(line.Location, problem);
                continue;
            }

            var name = line.Fields[0].First.Text;
            if (!found.TryGetValue(name, out var mappings))
            {
                found.Add(name, mappings = []);
            }

            mappings.Add(mapping);
        }

        return found.ToDictionary(map => map.Key, map => new IdentMap(map.Key, [.. map.Value]));
    }

    private static bool TryRead(HbaLine line, out IdentMapping mapping, out string problem)
    {
        mapping = new IdentMapping();
        if (line.Fields.Count != Columns || line.Fields.Any(field => field.IsList || field.First.Text.Length == 0))
        {
            problem = "expected three words: the map, the system user and the database user";
            return false;
        }

        var system = line.Fields[1].First.Text;
        var user = line.Fields[2].First;
        problem = "";
        var systemPattern = NamePattern.IsPattern(system) ? NamePattern.Parse(system, out problem) : null;
        var userPattern = problem.Length == 0 && NamePattern.IsPattern(user.Text) ? NamePattern.Parse(user.Text, out problem) : null;
        if (problem.Length > 0)
        {
            return false;
        }

        if (user.HasSign('+'))
        {
            problem = $"{user.Text} is not supported: pgmux does not know the members of roles; name the users";
            return false;
        }

        if (systemPattern is { HasGroup: false } && userPattern is null && user.Text.Contains(IdentMapping.GroupMark, StringComparison.Ordinal))
        {
            problem = $"{IdentMapping.GroupMark} stands for the first group in parentheses, and {system} has none";
            return false;
        }

        mapping = new IdentMapping
        {
            SystemUser = system,
            SystemPattern = systemPattern,
            IsAnyUser = user.IsKeyword("all"),
            User = user.Text,
            UserPattern = userPattern,
        };
        return true;
    }
}
