namespace Pgmux.Core.Configuration.Hba;

/// <summary>
/// Reads the column of databases or users: names, keywords, regular expressions, and <c>@file</c> with more of all of them, which may
/// name further files. What needs to know the members of roles (<c>samerole</c>, <c>samegroup</c>, <c>+role</c>) is refused: PgBouncer does
/// not know them either, and drops such a line.
/// </summary>
internal sealed class HbaNamesReader(HbaFiles files, HbaFaults faults)
{
    /// <summary>Names of all rules together, those of a file counted in each rule that names it.</summary>
    public const int MostNames = 1_000_000;

    private int _namesRead;

    /// <summary>The databases of a rule; null when there is a fault.</summary>
    public HbaNames? ReadDatabases(HbaField field, SourceLocation location) => Read(field, location, isDatabase: true);

    /// <summary>The users of a rule; null when there is a fault.</summary>
    public HbaNames? ReadUsers(HbaField field, SourceLocation location) => Read(field, location, isDatabase: false);

    private HbaNames? Read(HbaField field, SourceLocation location, bool isDatabase)
    {
        var draft = new Draft { IsDatabase = isDatabase };
        Add(field, location, draft, 0);
        return draft.IsBroken
            ? null
            : new HbaNames(draft.Names, draft.Patterns) { IsAll = draft.IsAll, IsSameUser = draft.IsSameUser, IsReplication = draft.IsReplication };
    }

    private void Add(HbaField field, SourceLocation location, Draft draft, int depth)
    {
        foreach (var token in field.Tokens)
        {
            var problem = ++_namesRead > MostNames
                ? $"the rules have more than {MostNames} names together"
                : token.HasSign('@') ? AddFile(token.Text[1..], location, draft, depth) : AddToken(token, draft);
            if (problem.Length > 0)
            {
                draft.IsBroken = true;
                faults.Add(location, problem);
            }

            if (draft.IsBroken)
            {
                return;
            }
        }
    }

    private string AddFile(string name, SourceLocation location, Draft draft, int depth)
    {
        if (depth >= HbaFiles.Deepest)
        {
            return $"files of names lead to one another deeper than {HbaFiles.Deepest} levels";
        }

        foreach (var line in files.Read(HbaFiles.Resolve(name, location), location, "file of names"))
        {
            foreach (var field in line.Fields)
            {
                Add(field, line.Location, draft, depth + 1);
            }

            if (draft.IsBroken)
            {
                return "";
            }
        }

        return "";
    }

    private static string AddToken(HbaToken token, Draft draft)
    {
        if (token.IsKeyword("all"))
        {
            draft.IsAll = true;
        }
        else if (draft.IsDatabase && token.IsKeyword("sameuser"))
        {
            draft.IsSameUser = true;
        }
        else if (draft.IsDatabase && token.IsKeyword("replication"))
        {
            draft.IsReplication = true;
        }
        else if (draft.IsDatabase && (token.IsKeyword("samerole") || token.IsKeyword("samegroup")))
        {
            return $"{token.Text} is not supported: pgmux does not know the members of roles; name the databases, or write sameuser";
        }
        else if (token.HasSign('+'))
        {
            return $"{token.Text} is not supported: pgmux does not know the members of roles; name the users, or write @file";
        }
        else if (token.Text.Length == 0)
        {
            return $"an empty name stands where a {(draft.IsDatabase ? "database" : "user")} is expected";
        }
        else if (!NamePattern.IsPattern(token.Text))
        {
            draft.Names.Add(token.Text);
        }
        else if (NamePattern.Parse(token.Text, out var problem) is { } pattern)
        {
            draft.Patterns.Add(pattern);
        }
        else
        {
            return problem;
        }

        return "";
    }

    private sealed class Draft
    {
        public bool IsDatabase { get; init; }

        public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

        public List<NamePattern> Patterns { get; } = [];

        public bool IsAll { get; set; }

        public bool IsSameUser { get; set; }

        public bool IsReplication { get; set; }

        public bool IsBroken { get; set; }
    }
}
