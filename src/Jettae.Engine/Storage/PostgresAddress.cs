using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace Jettae.Engine;

/// <summary>Where a PostgreSQL is: a URL as hosts of databases give it, or a connection string. Its password is told nobody.</summary>
internal sealed class PostgresAddress
{
    /// <summary>Connections at once, unless the address says another number.</summary>
    private const int MostConnections = 20;

    /// <summary>The writer's, the node's, and one to read by.</summary>
    private const int FewestConnections = 3;

    /// <summary>Who publishes waits for it.</summary>
    private const int ConnectSeconds = 5;
    private const int SeveralConnectSeconds = 1;

    private static readonly string[] Schemes = ["postgres://", "postgresql://"];

    private readonly NpgsqlConnectionStringBuilder settings;

    /// <exception cref="InvalidOperationException">It is neither.</exception>
    public PostgresAddress(string text)
    {
        settings = Schemes.FirstOrDefault(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            is { } scheme
            ? OfUrl(text[scheme.Length..])
            : OfConnectionString(text);
        if (string.IsNullOrEmpty(settings.Host))
            throw Wrong("it names no host");
        // A pooler gives each transaction another session: nothing is prepared in one, and nothing set in one is to be reset.
        settings.MaxAutoPrepare = 0;
        settings.NoResetOnClose = true;
        settings.Enlist = false;
        settings.IncludeErrorDetail = false;
        var usual = new NpgsqlConnectionStringBuilder();
        settings.MaxPoolSize =
            settings.MaxPoolSize == usual.MaxPoolSize
                ? MostConnections
                : Math.Max(settings.MaxPoolSize, FewestConnections);
        // Of several hosts one that hangs is tried first all the same, each time: it must be passed over while a node still lives.
        if (settings.Timeout == usual.Timeout)
            settings.Timeout = HasSeveral ? SeveralConnectSeconds : ConnectSeconds;
        // Kerberos is for whoever asks for it: no connection need look for it first.
        if (settings.GssEncryptionMode == usual.GssEncryptionMode)
            settings.GssEncryptionMode = GssEncryptionMode.Disable;
        if (
            settings.TargetSessionAttributes is { } target
            && target.ToLowerInvariant() is not ("primary" or "read-write" or "any")
        )
            throw Wrong($"its target_session_attrs is {target}, and Jettae writes: say primary");
        settings.TargetSessionAttributes = HasSeveral ? "primary" : null;
        if (string.IsNullOrEmpty(settings.ApplicationName))
            settings.ApplicationName = "jettae";
    }

    private bool HasSeveral => settings.Host!.Contains(',', StringComparison.Ordinal);

    public string ConnectionString => settings.ToString();

    /// <summary>Without those that one node has for its writer and itself.</summary>
    public string ForReaders =>
        new NpgsqlConnectionStringBuilder(settings.ToString()) { MaxPoolSize = Readers }.ToString();

    /// <summary>How many may read at once.</summary>
    public int Readers => settings.MaxPoolSize - FewestConnections + 1;

    /// <summary>For one that must know soon whether it is through: whatever it asks, for its commits and for a connection too.</summary>
    /// <param name="patience">It waits no longer for an answer.</param>
    public string Impatient(TimeSpan patience)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(patience.TotalSeconds));
        return new NpgsqlConnectionStringBuilder(settings.ToString())
        {
            MaxPoolSize = 1,
            MinPoolSize = 0,
            Timeout = Math.Min(seconds, settings.Timeout),
            CommandTimeout = seconds,
            // Who does not answer is not asked to stop either: the connection is given up.
            CancellationTimeout = -1,
        }.ToString();
    }

    /// <summary>Host, port and database.</summary>
    public override string ToString() => $"{Server}/{settings.Database ?? settings.Username}";

    /// <summary>What it is an address of, of those that hosts give out.</summary>
    public string Kind =>
        IsSupabaseDirect ? "Supabase, direct"
        : settings.Host!.EndsWith(".pooler.supabase.com", StringComparison.OrdinalIgnoreCase)
            ? $"Supabase, pooler for {(settings.Port == 6543 ? "transactions" : "sessions")}"
        : "PostgreSQL";

    private bool IsSupabaseDirect => settings.Host!.EndsWith(".supabase.co", StringComparison.OrdinalIgnoreCase);

    private string Server =>
        settings.Host!.Contains(',', StringComparison.Ordinal) || settings.Host.Contains(':', StringComparison.Ordinal)
            ? settings.Host
            : $"{settings.Host}:{settings.Port}";

    /// <summary>What keeps from it, in a sentence that says what to do.</summary>
    public InvalidOperationException Explained(Exception failure, string schema)
    {
        var said = failure is PostgresException refused ? refused.MessageText : failure.Message;
        var sentence = failure switch
        {
            PostgresException when Says("tenant or user not found") || Says("tenant/user") =>
                "Supabase's pooler knows no such project: the user is postgres.<project> there, and the host that of the "
                    + "project's region; copy both from 'Connect' in the project",
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
                $"the user {settings.Username} may not do this in the database ({said}): have its owner run "
                    + $"'create schema {schema} authorization \"{settings.Username}\"', or use another user",
            PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } =>
                $"it can be read and not written to ({said}): it is a replica, or its host made it so because its disk is nearly full; "
                    + "see its console",
            PostgresException { SqlState: PostgresErrorCodes.DiskFull } =>
                $"its disk is full ({said}): make room there",
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => NoDatabase(),
            PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => NoneLeft("its max_connections"),
            // A pooler for sessions keeps one for each connection.
            PostgresException when Says("max client") || Says("max_client") => NoneLeft("the pooler's own limit"),
            PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow } =>
                $"it is starting or stopping ({said}): try again in a moment",
            PostgresException { SqlState: ['2', '8', ..] } => NotLetIn(),
            // A pooler says everything by this one.
            PostgresException { SqlState: PostgresErrorCodes.ProtocolViolation }
                when Says("password") || Says("authentication") || Says("no such user") => NotLetIn(),
            PostgresException { SqlState: PostgresErrorCodes.ProtocolViolation } when Says("no such database") =>
                NoDatabase(),
            PostgresException { SqlState: PostgresErrorCodes.ProtocolViolation } when Says("statement pooling") =>
                "the pooler in front of it gives each statement another session: set its pool_mode to transaction",
            PostgresException { SqlState: PostgresErrorCodes.ProtocolViolation } when Says("startup parameter") =>
                $"the pooler in front of it refuses what is asked of every session ({said}): leave that out of the "
                    + "address, or add it to the pooler's ignore_startup_parameters",
            PostgresException => $"it says: {said}",
            _ when HasSeveral => $"none of its hosts is a primary that answers ({Inmost()})",
            _ when IsSupabaseDirect && Cause<SocketException>() is not null =>
                "Supabase's direct address is IPv6 only, and there is no way to it from here: use the address of a pooler "
                    + "('Connect' in the project), that for transactions at port 6543 or that for sessions at 5432",
            _ when Cause<SocketException>()
                    is { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
                $"there is no host {settings.Host}: check the name",
            _ when Cause<SocketException>() is { SocketErrorCode: SocketError.ConnectionRefused } =>
                "nothing listens there: start PostgreSQL, or check host and port",
            _ when Cause<TimeoutException>() is not null =>
                "it does not answer: check host, port and the firewalls on the way",
            _ when Cause<System.Security.Authentication.AuthenticationException>() is not null || Says("SSL") =>
                $"no encrypted connection came about ({Inmost()}): check sslmode",
            _ => Inmost(),
        };
        return new InvalidOperationException($"PostgreSQL at {this}: {sentence}.", failure);

        string NotLetIn() =>
            $"it does not let the user {settings.Username} in ({said}): check user and password, and its pg_hba.conf";
        string NoneLeft(string limit) =>
            "it has no connection left: write a lower connection_limit (in a connection string: Maximum Pool Size) into the address, "
            + $"here or elsewhere, or raise {limit}";
        string NoDatabase() =>
            $"it has no database {settings.Database ?? settings.Username}: create it, or name another";
        bool Says(string word) => said.Contains(word, StringComparison.OrdinalIgnoreCase);
        T? Cause<T>()
            where T : Exception
        {
            for (var each = failure; each is not null; each = each.InnerException)
                if (each is T cause)
                    return cause;
            return null;
        }
        string Inmost()
        {
            var inmost = failure;
            while (inmost.InnerException is { } inner)
                inmost = inner;
            return inmost.Message.TrimEnd('.');
        }
    }

    private static NpgsqlConnectionStringBuilder OfConnectionString(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal) && !text.Contains('=', StringComparison.Ordinal))
            throw Wrong("it has another scheme");
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (ArgumentException)
        {
            // What is wrong with it may be its password.
            throw Wrong("it is neither of the two");
        }
    }

    /// <summary>
    /// A password stands in it as it was made, whatever characters it has: the last @ ends it. Escaped ones are read too.
    /// </summary>
    private static NpgsqlConnectionStringBuilder OfUrl(string rest)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        var at = rest.LastIndexOf('@');
        if (at >= 0)
        {
            var user = rest[..at].Split(':', 2);
            builder.Username = Uri.UnescapeDataString(user[0]);
            if (user.Length > 1)
                builder.Password = Uri.UnescapeDataString(user[1]);
            rest = rest[(at + 1)..];
        }
        var query = rest.Split('?', 2);
        var place = query[0].Split('/', 2);
        if (place.Length > 1 && place[1].Length > 0)
            builder.Database = Uri.UnescapeDataString(place[1]);
        var colon = place[0].LastIndexOf(':');
        if (place[0].Contains(',', StringComparison.Ordinal))
            builder.Host = place[0];
        else if (colon > place[0].LastIndexOf(']'))
        {
            builder.Host = place[0][..colon].Trim('[', ']');
            builder.Port =
                int.TryParse(place[0][(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                && port is > 0 and < 65_536
                    ? port
                    : throw Wrong("its port is no number from 1 to 65535");
        }
        else
            builder.Host = place[0].Trim('[', ']');
        if (query.Length > 1)
            foreach (var pair in query[1].Split('&', StringSplitOptions.RemoveEmptyEntries))
                Set(builder, pair.Split('=', 2));
        return builder;
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string[] pair)
    {
        var name = Uri.UnescapeDataString(pair[0].Replace('+', ' ')).ToLowerInvariant();
        var value = pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "";
        var keyword = name switch
        {
            "sslmode" => "SSL Mode",
            "sslrootcert" => "Root Certificate",
            "sslcert" => "SSL Certificate",
            "sslkey" => "SSL Key",
            "channel_binding" => "Channel Binding",
            "application_name" => "Application Name",
            "connect_timeout" => "Timeout",
            "target_session_attrs" => "Target Session Attributes",
            "options" => "Options",
            "host" => "Host",
            "connection_limit" or "pool_size" or "maximum pool size" => "Maximum Pool Size",
            // Said to other programs' drivers.
            "pgbouncer" or "pool_timeout" or "schema" or "supa" or "workaround" => null,
            _ => throw Wrong($"its parameter {name} is not known here"),
        };
        if (keyword is null)
            return;
        try
        {
            builder[keyword] = keyword == "SSL Mode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or OverflowException)
        {
            throw Wrong($"its parameter {name} cannot be '{value}'");
        }
    }

    private static InvalidOperationException Wrong(string what) =>
        new(
            "The database's address must be such as postgres://user:password@host:5432/database?sslmode=require, or an Npgsql "
                + $"connection string such as Host=…;Username=…;Password=…;Database=…: {what}."
        );
}
