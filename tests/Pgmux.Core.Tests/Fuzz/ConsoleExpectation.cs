using Pgmux.Core.Admin;
using Pgmux.Testing.Fuzzing;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>Which messages are owed a ReadyForQuery by the console, message by message.</summary>
internal sealed class ConsoleExpectation
{
    private bool _isSkipping;

    /// <summary>Holds the answer to one message against the protocol.</summary>
    public void Check(char type, string[] answer, ConsoleOutcome end, bool wasShutDown)
    {
        var ready = answer.Count(reply => reply == "Z(I)");
        var errors = answer.Count(reply => reply.StartsWith("E(", StringComparison.Ordinal));
        FuzzFindingException.Require(ready == 0 || answer[^1] == "Z(I)", "nothing comes behind ReadyForQuery");
        FuzzFindingException.Require(errors <= 1, "one error for a message");
        if (type == 'X')
        {
            FuzzFindingException.Require(end == ConsoleOutcome.Close && answer.Length == 0, "Terminate ends the connection");
            return;
        }

        if (type == 'S')
        {
            FuzzFindingException.Require(ready == 1 && errors == 0, "Sync is answered with ReadyForQuery");
            _isSkipping = false;
            return;
        }

        if (_isSkipping)
        {
            FuzzFindingException.Require(answer.Length == 0 && end == ConsoleOutcome.Continue, "what is skipped has no answer");
            return;
        }

        switch (type)
        {
            case 'Q':
                FuzzFindingException.Require(answer.Length > 1 && ready == 1 || (wasShutDown && answer.Length == 0), "a Query has an answer and then ReadyForQuery");
                break;
            case 'F':
                FuzzFindingException.Require(errors == 1 && ready == 1, "a FunctionCall is refused");
                break;
            case 'P' or 'B' or 'D' or 'E' or 'C':
                FuzzFindingException.Require(ready == 0 && (answer.Length > 0 || wasShutDown), "ReadyForQuery comes at Sync only");
                _isSkipping = errors == 1;
                break;
            case 'H' or 'd' or 'c' or 'f':
                FuzzFindingException.Require(answer.Length == 0, "nothing to answer");
                break;
            default:
                FuzzFindingException.Require(end == ConsoleOutcome.Close && errors == 1 && answer[0].StartsWith("E(FATAL", StringComparison.Ordinal), "an unknown message ends the connection");
                break;
        }
    }
}
