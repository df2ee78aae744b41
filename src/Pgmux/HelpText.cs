namespace Pgmux;

/// <summary>What --help prints.</summary>
internal static class HelpText
{
    /// <summary>The text.</summary>
    public const string Usage = """
        pgmux lets many clients of PostgreSQL share few server connections.

        Usage:
          pgmux [OPTION]... CONFIG_FILE

        Options:
          -q, --quiet          write nothing to stderr, only to logfile
          -v, --verbose        log more; twice for still more
          -u, --user=USERNAME  become this user after the start as root
              --check          say what the configuration would do, then exit
          -d, --daemon         run in the background; needs pidfile, and logfile or syslog
          -R, --reboot         take over the sockets and clients of the process that runs
          -V, --version        print the version, then exit
          -h, --help           print this help, then exit

        Signals:
          SIGHUP   read the configuration again
          SIGTERM  stop when all clients have left
          SIGINT   stop when all servers are free
          SIGQUIT  stop at once
          SIGUSR1  pause all databases
          SIGUSR2  resume them
        """;
}
