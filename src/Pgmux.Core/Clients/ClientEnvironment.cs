using System.Net;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Authentication;
using Pgmux.Core.Authentication.Ldap;
using Pgmux.Core.Authentication.OAuth;
using Pgmux.Core.Cancellation;
using Pgmux.Core.Cancellation.Peers;
using Pgmux.Core.Clients.Pam;
using Pgmux.Core.Clients.UserLookup;
using Pgmux.Core.Configuration;
using Pgmux.Core.Parameters;
using Pgmux.Core.Pooling;
using Pgmux.Core.Statements;
using Pgmux.Core.Statements.Sql;
using Pgmux.Transport;

namespace Pgmux.Core.Clients;

/// <summary>What all clients of the process share.</summary>
internal sealed class ClientEnvironment
{
    private readonly ClientRegistry[] _registries;
    private int _clients;
    private int _consoles;
    private IClientHandover? _handover;

    public ClientEnvironment(ConfigStore configuration, PoolRegistry pools, ILogger logger, ClientParts parts)
    {
        Configuration = configuration;
        Pools = pools;
        Logger = logger;
        Tracked = pools.Environment.Servers.Tracked;
        ParameterSets = pools.Environment.Servers.ParameterSets;
        NoParameters = ParameterSets.Intern(ParameterSet.Unknown(Tracked.Count));
        Authentication = pools.Environment.Servers.Authentication;
        var registry = new StatementRegistry(pools.Environment.Loops.Count) { Names = parts.CreateNames() };
        Statements = new StatementRewriter(registry, logger);
        ErrorRewriter = new ErrorRewriter(registry.Names);
        Cancels = parts.CreateCancels();
        CancelForwarder = parts.CreateCancelForwarder(logger);
        var link = new PeerLink(pools.Environment.Servers.Connector);
        Peers = new PeerForwarder(link, logger);
        Siblings = new SiblingForwarder(
            link, new SiblingLookup(pools.Environment.Servers.Hosts, new OwnAddresses(() => ListeningAt())), logger);
        CancelDesk = new CancelDesk(Cancels, Peers, Siblings);
        SystemUsers = parts.CreateSystemUsers();
        Pam = parts.CreatePam();
        Ldap = parts.CreateLdap(pools.Environment.Clock, logger);
        Tokens = new JwtValidator(pools.Environment.Clock);
        Parts = parts;
        Users = new UserLookups(this);
        RefusesSimpleQueries = configuration.Current.Options.DisablePqexec;
        _registries = [.. pools.Environment.Loops.Select(loop => new ClientRegistry(loop))];
    }

    /// <summary>The settings.</summary>
    public ConfigStore Configuration { get; }

    /// <summary>Whether a simple query ends its client. disable_pqexec, which is not changed while pgmux runs.</summary>
    public bool RefusesSimpleQueries { get; }

    /// <summary>All pools.</summary>
    public PoolRegistry Pools { get; }

    /// <summary>How SQL texts of a client with these parameters are to be read.</summary>
    public SqlDialect DialectOf(ParameterSet parameters) => SqlDialect.From(parameters[Tracked.StandardConformingStrings], parameters[Tracked.ClientEncoding]);

    /// <summary>What sends prepared statements along with clients.</summary>
    public StatementRewriter Statements { get; }

    /// <summary>Puts clients' names of prepared statements into servers' errors.</summary>
    public ErrorRewriter ErrorRewriter { get; }

    /// <summary>What makes the parts of a client.</summary>
    public ClientParts Parts { get; }

    /// <summary>Where events go.</summary>
    public ILogger Logger { get; }

    /// <summary>Parameters that follow clients.</summary>
    public TrackedParameters Tracked { get; }

    /// <summary>Shares equal sets.</summary>
    public ParameterSetCache ParameterSets { get; }

    /// <summary>The set of a client that has not said anything.</summary>
    public ParameterSet NoParameters { get; }

    /// <summary>Who has which cancel key.</summary>
    public CancelRegistry Cancels { get; }

    /// <summary>Sends cancel requests to servers.</summary>
    public CancelForwarder CancelForwarder { get; }

    /// <summary>Passes cancel requests on to the processes of [peers].</summary>
    public PeerForwarder Peers { get; }

    /// <summary>Passes cancel requests on to the processes of peers_dns.</summary>
    public SiblingForwarder Siblings { get; }

    /// <summary>Brings cancel requests to whom they are for.</summary>
    public CancelDesk CancelDesk { get; }

    /// <summary>What all logins share.</summary>
    public AuthenticationContext Authentication { get; }

    /// <summary>Names of the users at the other ends of the Unix socket.</summary>
    public SystemUserNames SystemUsers { get; }

    /// <summary>Asks PAM.</summary>
    public IPamChecks Pam { get; }

    /// <summary>Asks directories whether passwords are right.</summary>
    public LdapChecks Ldap { get; }

    /// <summary>Judges tokens.</summary>
    public JwtValidator Tokens { get; }

    /// <summary>Finds users that auth_file does not have.</summary>
    public UserLookups Users { get; }

    /// <summary>The uid of the process: its own user may open the console over the Unix socket.</summary>
    public uint ProcessUserId { get; init; }

    /// <summary>Whether new logins are refused because pgmux stops.</summary>
    public volatile bool IsShuttingDown;

    /// <summary>
    /// Whether the shutdown waits for clients: those that had connected before are let in and waited for, so that a rolling restart fails
    /// nobody. TCP listeners are closed by then; the Unix socket stays open for the console, so there the time of the accept decides.
    /// </summary>
    public volatile bool WaitsForClients;

    /// <summary>Whether clients are closed as soon as their transactions end, since little time is left until pgmux stops.</summary>
    public volatile bool ClosesAfterTransactions;

    /// <summary>Set during an online restart: what gives clients to the new process.</summary>
    public IClientHandover? Handover
    {
        get => Volatile.Read(ref _handover);
        set => Volatile.Write(ref _handover, value);
    }

    /// <summary>When the shutdown began, in ticks of the loops' clock.</summary>
    public long ShutdownBegan { get; set; }

    /// <summary>Whether a shutdown keeps this client from logging in.</summary>
    public bool RefusesLogin(ClientConnection client) => IsShuttingDown
        && !(WaitsForClients && (client.Transport.RemoteEndPoint is IPEndPoint || client.AcceptedAt <= ShutdownBegan));

    /// <summary>Clients per database and per user.</summary>
    public ConnectionLedger Ledger { get; } = new();

    /// <summary>Clients of all loops, whatever their state.</summary>
    public int ClientCount => Volatile.Read(ref _clients);

    /// <summary>Clients that are not at the console: those that a shutdown waits for.</summary>
    public int SessionCount => ClientCount - Volatile.Read(ref _consoles);

    /// <summary>Clients of each loop.</summary>
    public IReadOnlyList<ClientRegistry> Registries => _registries;

    /// <summary>Runs the console for a client that has logged in to it; set by whoever has a console.</summary>
    public required Func<ClientConnection, Task> RunConsoleAsync { get; init; }

    /// <summary>Where the process listens now; set by whoever knows.</summary>
    public Func<IEnumerable<EndPoint>> ListeningAt { get; init; } = static () => [];

    /// <summary>Told when nobody is at the console any more.</summary>
    public Action? LastConsoleClosed { get; set; }

    /// <summary>The clients of a loop.</summary>
    public ClientRegistry RegistryOf(EventLoop loop) => _registries[loop.Index];

    /// <summary>Takes a connection that has arrived on its loop: a client from now on.</summary>
    public void Accept(TransportConnection transport)
    {
        var client = new ClientConnection(Pools.Environment.NextId(), transport, this);
        Add(client);
        _ = client.RunAsync();
    }

    /// <summary>Counts a client from now on; on its loop.</summary>
    public void Add(ClientConnection client)
    {
        RegistryOf(client.Loop).Add(client);
        Interlocked.Increment(ref _clients);
    }

    /// <summary>A client has opened the console.</summary>
    public void OnConsoleOpened() => Interlocked.Increment(ref _consoles);

    /// <summary>A client has closed.</summary>
    public void OnClosed(ClientConnection client)
    {
        RegistryOf(client.Loop).Remove(client);
        Interlocked.Decrement(ref _clients);
        client.Pool?.Use.Leave();
        if (client.LedgerEntry is { } entry)
        {
            Ledger.Remove(entry);
        }

        if (client.IsConsole && Interlocked.Decrement(ref _consoles) == 0)
        {
            LastConsoleClosed?.Invoke();
        }
    }
}
