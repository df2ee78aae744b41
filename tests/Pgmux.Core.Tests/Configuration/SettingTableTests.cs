using System.Globalization;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Configuration;

[TestFixture]
internal sealed class SettingTableTests
{
    /// <summary>Settings that PgBouncer keeps until its next start.</summary>
    private static readonly string[] Fixed =
    [
        "disable_pqexec", "event_engine", "job_name", "listen_addr", "listen_backlog", "listen_port", "pidfile", "pkt_buf", "resolv_conf",
        "so_reuseport", "track_extra_parameters", "unix_socket_dir", "unix_socket_group", "unix_socket_mode", "user", "worker_threads",
    ];

    private static IEnumerable<Setting> Settings => SettingTable.All;

    [TestCaseSource(nameof(Settings))]
    public void The_default_of_the_table_is_the_default_of_the_options(object row)
    {
        var setting = (Setting)row;
        if (setting.DefaultText is { } text)
        {
            Assert.That(setting.TryApply(PgmuxOptions.Default, text, out var options, out _), Is.True, setting.Name);
            Assert.That(setting.AreEqual(options, PgmuxOptions.Default), Is.True, setting.Name);
        }
        else
        {
            Assert.That(setting.Print(PgmuxOptions.Default), Is.Null, setting.Name);
        }
    }

    [TestCaseSource(nameof(Settings))]
    public void What_SHOW_CONFIG_prints_reads_back_as_the_same_value(object row)
    {
        var setting = (Setting)row;
        if (setting.Print(PgmuxOptions.Default) is { } text)
        {
            Assert.That(setting.TryApply(PgmuxOptions.Default, text, out var options, out _), Is.True, setting.Name);
            Assert.That(setting.AreEqual(options, PgmuxOptions.Default), Is.True, setting.Name);
        }
    }

    [Test]
    public void Honoured_settings_have_a_property_of_their_name_and_no_others_have_one()
    {
        var honoured = Settings.Where(setting => setting.Support == SettingSupport.Honoured)
            .Select(setting => setting.Name == "share_unnamed_statements" ? "shares_unnamed_statements" : setting.Name)
            .Select(name => string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..])));
        var properties = typeof(PgmuxOptions).GetProperties().Where(property => property.CanWrite).Select(property => property.Name);
        Assert.That(properties.Except(["Others"]), Is.EquivalentTo(honoured));
    }

    [Test]
    public void PgBouncers_fixed_settings_are_fixed()
        => Assert.That(Settings.Where(setting => !setting.IsChangeable).Select(setting => setting.Name), Is.EquivalentTo(Fixed));

    [TestCaseSource(nameof(Settings))]
    public void Each_value_lands_in_its_own_place(object row)
    {
        var setting = (Setting)row;
        var text = setting.TryApply(PgmuxOptions.Default, "7", out var changed, out _) ? "7" : Other(setting);
        Assert.That(setting.TryApply(PgmuxOptions.Default, text, out changed, out var problem), Is.True, problem);
        Assert.That(
            Settings.Where(other => !other.AreEqual(changed, PgmuxOptions.Default)).Select(other => other.Name),
            Is.EqualTo(setting.AreEqual(changed, PgmuxOptions.Default) ? [] : new[] { setting.Name }));
        Assert.That(setting.AreEqual(setting.Copy(changed, PgmuxOptions.Default), changed), Is.True);
    }

    [TestCase("pool_mode", "TRANSACTION", "transaction")]
    [TestCase("pool_mode", "STATEMENT", "statement")]
    [TestCase("auth_type", "Scram-Sha-256", "scram-sha-256")]
    [TestCase("auth_type", "PLAIN", "plain")]
    [TestCase("server_lifetime", "0.5", "0.5")]
    [TestCase("server_lifetime", "1e3", "1000")]
    [TestCase("server_tls_sslmode", "DISABLE", "disable")]
    [TestCase("tcp_user_timeout", "1500", "1500")]
    [TestCase("unix_socket_mode", "0700", "448")]
    [TestCase("listen_port", "0x1920", "6432")]
    [TestCase("max_prepared_statements", "0", "0")]
    [TestCase("max_prepared_statements", "2147483647", "2147483647")]
    [TestCase("prepared_statement_memory", "8589934592", "8589934592")]
    [TestCase("share_unnamed_statements", "1", "1")]
    [TestCase("log_stats", "2", "1")]
    [TestCase("log_stats", "off", "0")]
    [TestCase("log_stats", "No", "0")]
    [TestCase("log_stats", "FALSE", "0")]
    [TestCase("log_stats", "yes", "1")]
    [TestCase("query_timeout", "30s", "30")]
    [TestCase("query_timeout", "5 min", "300")]
    [TestCase("query_timeout", "0.5h", "1800")]
    [TestCase("query_timeout", "1d", "86400")]
    [TestCase("query_timeout", "250ms", "0.25")]
    [TestCase("query_timeout", "7us", "0.000007")]
    [TestCase("stats_period", "1min", "60")]
    [TestCase("tcp_user_timeout", "1.5s", "1500")]
    [TestCase("tcp_keepidle", "2min", "120")]
    [TestCase("max_packet_size", "1MB", "1048576")]
    [TestCase("tcp_socket_buffer", "64kB", "65536")]
    [TestCase("prepared_statement_memory", "256MB", "268435456")]
    [TestCase("prepared_statement_memory", "9999999TB", "9223372036854775807")]
    [Property("Row", "Z13")]
    public void Values_are_read_and_printed_alike_whatever_the_locale(string name, string text, string printed)
    {
        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NegativeSign = "~";
        try
        {
            CultureInfo.CurrentCulture = comma;
            var setting = SettingTable.Find(name)!;
            Assert.That(setting.TryApply(PgmuxOptions.Default, text, out var options, out _), Is.True);
            Assert.That(setting.Print(options), Is.EqualTo(printed));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [TestCase("listen_port", "65536")]
    [TestCase("listen_port", "-1")]
    [TestCase("max_client_conn", "-1")]
    [TestCase("max_client_conn", "2147483648")]
    [TestCase("max_client_conn", "many")]
    [TestCase("max_client_conn", "")]
    [TestCase("stats_period", "0")]
    [TestCase("worker_threads", "0")]
    [TestCase("worker_threads", "257")]
    [TestCase("event_engine", "kqueue")]
    [TestCase("query_timeout", "-1")]
    [TestCase("query_timeout", "1000000001")]
    [TestCase("query_timeout", "5 S")]
    [TestCase("query_timeout", "5sec")]
    [TestCase("query_timeout", "-5s")]
    [TestCase("query_timeout", "s")]
    [TestCase("query_timeout", "20000d")]
    [TestCase("tcp_keepidle", "1500ms")]
    [TestCase("stats_period", "500ms")]
    [TestCase("max_packet_size", "2GB")]
    [TestCase("max_packet_size", "7B")]
    [TestCase("tcp_socket_buffer", "-1kB")]
    [TestCase("tcp_socket_buffer", "64KB")]
    [TestCase("tcp_socket_buffer", "1.5MB")]
    [TestCase("log_stats", "maybe")]
    [TestCase("unix_socket_mode", "01000")]
    [TestCase("proxy_protocol_from", "10.0.0.0/33")]
    [TestCase("proxy_protocol_from", "10.0.0.1/8")]
    [TestCase("proxy_protocol_from", "::1, proxy.example.org")]
    [TestCase("scram_iterations", "0")]
    [TestCase("max_prepared_statements", "-1")]
    [TestCase("max_client_prepared_statements", "0")]
    [TestCase("prepared_statement_memory", "0")]
    [TestCase("prepared_statement_memory", "0MB")]
    [Property("Row", "Z06")]
    public void Values_out_of_range_are_refused(string name, string text)
    {
        var setting = SettingTable.Find(name)!;
        Assert.That(setting.TryApply(PgmuxOptions.Default, text, out var options, out var problem), Is.False);
        Assert.That(options, Is.SameAs(PgmuxOptions.Default));
        Assert.That(problem, Is.Not.Empty);
    }

    // Settings that do not take a 7: another of their values.
    private static string Other(Setting setting) => setting.Name switch
    {
        "pool_mode" => "statement",
        "auth_type" => "any",
        "event_engine" => "epoll",
        "log_format" => "json",
        "syslog_facility" => "local3",
        "max_packet_size" => "9000",
        "client_tls_protocols" or "server_tls_protocols" => "tlsv1.3",
        "client_tls_ciphers" or "server_tls_ciphers" => "HIGH",
        "client_tls13_ciphers" or "server_tls13_ciphers" => "TLS_AES_128_GCM_SHA256",
        "server_tls_negotiation" => "direct",
        "server_max_protocol_version" => "3.2",
        "proxy_protocol_from" => "10.0.0.0/8, ::1",
        "password_command" => "/bin/token %u",
        _ => "require",
    };
}
