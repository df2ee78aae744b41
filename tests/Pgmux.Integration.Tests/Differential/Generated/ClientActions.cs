namespace Pgmux.Integration.Tests.Differential.Generated;

/// <summary>Chooses what a generated client does next: legal pipelines, with an error now and then.</summary>
internal sealed class ClientActions(ClientModel client, Random random, bool namesAreUnique)
{
    /// <summary>Most errors that one client's pipelines are given.</summary>
    private const int MostErrors = 3;

    private static readonly string[] Names = ["a", "b", "c", "d"];
    private static readonly string[] PortalNames = ["", "", "", "p", "q"];

    private int _errors = random.Next(MostErrors + 1);
    private int _counter;

    /// <summary>A pipeline of so many messages whose last one makes all its answers come.</summary>
    public IReadOnlyList<string> Pipeline(int messages, bool mayStayOpen)
    {
        for (var n = 0; n < messages; n++)
        {
            Act();
            if (random.Next(12) == 0)
            {
                client.Send();
            }
        }

        if (client.IsInCycle || client.Owed == 0)
        {
            client.Sync();
        }

        if (client.Transaction != ModelTransaction.None && !mayStayOpen)
        {
            client.End(random.Next(3) == 0 ? "ROLLBACK" : "COMMIT");
        }

        return client.TakeLines();
    }

    private void Act()
    {
        if (!client.IsInCycle && random.Next(100) < (client.Transaction == ModelTransaction.Failed ? 50 : 12))
        {
            ActOnTransaction();
            return;
        }

        switch (random.Next(20))
        {
            case 0 or 1 or 2:
                client.Parse(NewStatement(isNamed: random.Next(3) > 0), BreaksNow(2));
                break;
            case 3 or 4 or 5 or 6 or 7:
                Use();
                break;
            // In a failed transaction no server can be given a statement that it lacks, so there Describe is on the list of differences.
            case 8 when client.Transaction != ModelTransaction.Failed:
                client.DescribeStatement(Known());
                break;
            case 9:
                client.CloseStatement(Known()?.Name ?? "missing");
                break;
            case 10:
                client.ClosePortal(AnyPortal() ?? "nowhere");
                break;
            case 11 when AnyPortal() is { } portal:
                client.Execute(portal, client.Portals[portal].Kind.IsSeries ? random.Next(4) : 0);
                break;
            case 12:
                client.Flush();
                break;
            case 13 or 14 or 15 or 16 or 17 when !client.MayQuery:
                client.Sync();
                break;
            case 13:
                client.Query("SELECT 'simple'", fails: false);
                break;
            case 14 when BreaksNow(2):
                client.Query("SELECT 1/0", fails: true);
                break;
            case 15:
                client.FunctionCall(BreaksNow(4));
                break;
            case 16 or 17:
                ActBySql();
                break;
            default:
                client.Sync();
                break;
        }
    }

    /// <summary>Parse when needed, Bind, Describe and Execute of one statement.</summary>
    private void Use()
    {
        var statement = Known();
        if (statement is null)
        {
            statement = NewStatement(isNamed: random.Next(2) == 0);
            client.Parse(statement, breaks: false);
        }

        if (BreaksNow(4))
        {
            Break(statement);
            return;
        }

        var portal = PortalNames[random.Next(PortalNames.Length)];
        if (portal.Length > 0 && client.Portals.ContainsKey(portal))
        {
            client.ClosePortal(portal);
        }

        client.Bind(portal, statement, breaks: false);
        if (random.Next(2) == 0)
        {
            client.DescribePortal(portal);
        }

        if (random.Next(8) > 0)
        {
            client.Execute(portal, statement.Kind.IsSeries ? random.Next(4) : 0);
        }
    }

    private void Break(PreparedStatement statement)
    {
        switch (random.Next(6))
        {
            case 0 when statement.Kind.BadForExecute is not null:
                client.BindToFail(statement);
                break;
            case 1 or 2 when statement.Kind.BadForBind is not null:
                client.Bind("", statement, breaks: true);
                break;
            case 3:
                client.DescribeStatement(null);
                break;
            case 4:
                client.Execute("nowhere", 0);
                break;
            default:
                client.Bind("", null, breaks: false);
                break;
        }
    }

    private void ActBySql()
    {
        var named = client.Statements.Where(statement => statement.Name.Length > 0).OrderBy(statement => statement.Name, StringComparer.Ordinal).ToArray();
        var known = named.Length > 0 ? named[random.Next(named.Length)] : null;
        // Without pgmux's help a prepared statement is of use in its own transaction only.
        var mayPrepare = !namesAreUnique || client.Transaction == ModelTransaction.Open;
        switch (random.Next(8))
        {
            case 0 or 1 when mayPrepare:
                client.Prepare(NewStatement(isNamed: true), executes: random.Next(2) == 0);
                break;
            case 2 or 3 or 4 when known is not null:
                client.ExecuteBySql(known, known.Kind.BadForBind is not null && BreaksNow(4));
                break;
            case 5 when known is not null:
                client.Deallocate(known);
                break;
            case 6 when random.Next(4) == 0:
                client.DeallocateAll();
                break;
            case 7 when BreaksNow(3):
                client.ExecuteBySql(null, breaks: true);
                break;
            default:
                client.Query("SELECT 'between'", fails: false);
                break;
        }
    }

    private void ActOnTransaction()
    {
        if (client.Transaction == ModelTransaction.None)
        {
            client.Begin();
        }
        else
        {
            client.End(random.Next(3) == 0 ? "ROLLBACK" : "COMMIT");
        }
    }

    private PreparedStatement NewStatement(bool isNamed)
    {
        var kind = StatementKind.All[random.Next(StatementKind.All.Count)];
        var name = !isNamed ? "" : namesAreUnique ? $"c{client.Number}_{_counter++}" : Names[random.Next(Names.Length)];
        return new PreparedStatement(name, kind);
    }

    private PreparedStatement? Known()
    {
        var known = client.Statements.OrderBy(statement => statement.Name, StringComparer.Ordinal).ToArray();
        return known.Length == 0 ? null : known[random.Next(known.Length)];
    }

    private string? AnyPortal()
    {
        var portals = client.Portals.Keys.Order(StringComparer.Ordinal).ToArray();
        return portals.Length == 0 ? null : portals[random.Next(portals.Length)];
    }

    /// <summary>One time in so many, while errors are left to give and the client would not fail anyway.</summary>
    private bool BreaksNow(int oneIn)
    {
        if (_errors == 0 || !client.CanSucceed || random.Next(oneIn) > 0)
        {
            return false;
        }

        _errors--;
        return true;
    }
}
