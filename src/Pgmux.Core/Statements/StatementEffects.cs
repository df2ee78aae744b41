namespace Pgmux.Core.Statements;

/// <summary>
/// Makes a request's <see cref="StatementEffect"/> come true when its reply says so, or takes it back. Each effect is proposed when
/// the request is sent and ended exactly once.
/// </summary>
internal static class StatementEffects
{
    /// <summary>The request is being sent.</summary>
    public static void Propose(StatementEffect effect, ClientStatement? name, Statement? statement, ServerStatements server, int cycle)
    {
        switch (effect)
        {
            case StatementEffect.Make:
                server.ProposeMade(statement!, cycle);
                name?.Binding.Propose(statement, cycle, StatementHolder.Client);
                break;
            case StatementEffect.MakeUnnamed:
                server.Unnamed.Propose(statement, cycle, StatementHolder.Server);
                name?.Binding.Propose(statement, cycle, StatementHolder.Client);
                break;
            case StatementEffect.NameAfterParse:
                server.Unnamed.Propose(Statement.Unknown, cycle, StatementHolder.Server);
                name!.Binding.Propose(statement, cycle, StatementHolder.Client);
                break;
            case StatementEffect.Name:
                name!.Binding.Propose(statement, cycle, StatementHolder.Client);
                break;
            case StatementEffect.Forget:
                name!.Binding.Propose(null, cycle, StatementHolder.Client);
                break;
            case StatementEffect.Drop:
                server.ProposeClosed(statement!, cycle);
                name?.Binding.Propose(null, cycle, StatementHolder.Client);
                break;
            case StatementEffect.DropUnnamed:
                server.Unnamed.Propose(null, cycle, StatementHolder.Server);
                name?.Binding.Propose(null, cycle, StatementHolder.Client);
                break;
        }
    }

    /// <summary>The request has ended.</summary>
    public static void End(
        StatementEffect effect, RequestOutcome outcome, ClientStatement? name, Statement? statement, ServerStatements server)
    {
        var value = effect is StatementEffect.Forget or StatementEffect.Drop or StatementEffect.DropUnnamed ? null : statement;
        if (effect == StatementEffect.NameAfterParse)
        {
            EndUnnamed(ref server.Unnamed, outcome, Statement.Unknown, StatementHolder.Server);
            effect = StatementEffect.Name;
        }

        switch (effect)
        {
            case StatementEffect.Make when outcome == RequestOutcome.Succeeded:
                server.Confirm(statement!, value);
                name?.Binding.Confirm(value, StatementHolder.Client);
                break;
            case StatementEffect.Make:
                server.TakeBack(statement!, value);
                if (outcome == RequestOutcome.Failed && name is { IsUnnamed: true })
                {
                    // A Parse of the unnamed statement destroys the one before, whatever becomes of it.
                    name.Binding.Destroy(value, StatementHolder.Client);
                }
                else
                {
                    name?.Binding.TakeBack(value, StatementHolder.Client);
                }

                break;
            case StatementEffect.MakeUnnamed or StatementEffect.DropUnnamed:
                EndUnnamed(ref server.Unnamed, outcome, value, StatementHolder.Server);
                if (name is not null)
                {
                    EndUnnamed(ref name.Binding, outcome, value, StatementHolder.Client);
                }

                break;
            case StatementEffect.Name or StatementEffect.Forget when outcome == RequestOutcome.Succeeded:
                name!.Binding.Confirm(value, StatementHolder.Client);
                break;
            case StatementEffect.Name or StatementEffect.Forget:
                name!.Binding.TakeBack(value, StatementHolder.Client);
                break;
            case StatementEffect.Drop when outcome == RequestOutcome.Succeeded:
                server.Confirm(statement!, null);
                name?.Binding.Confirm(null, StatementHolder.Client);
                break;
            case StatementEffect.Drop:
                server.TakeBack(statement!, null);
                name?.Binding.TakeBack(null, StatementHolder.Client);
                break;
        }
    }

    private static void EndUnnamed(ref StatementBinding binding, RequestOutcome outcome, Statement? value, StatementHolder holder)
    {
        switch (outcome)
        {
            case RequestOutcome.Succeeded:
                binding.Confirm(value, holder);
                break;
            case RequestOutcome.Failed:
                binding.Destroy(value, holder);
                break;
            default:
                binding.TakeBack(value, holder);
                break;
        }
    }
}
