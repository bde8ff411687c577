using System.Data.Common;
using Npgsql;

namespace Jettae.Engine.Tests;

/// <summary>What is read of an address, and what is said of one that leads nowhere: no server is needed for either.</summary>
[Trait("Store", "none")]
public sealed class PostgresAddressTests
{
    private const string Direct = "postgres://postgres:secret@db.project.supabase.co/postgres";
    private const string Pooler = "postgres://postgres:secret@aws-0-eu-west-1.pooler.supabase.com";

    [Theory]
    [InlineData(Direct, "Supabase, direct")]
    [InlineData(Pooler + ":6543/postgres", "Supabase, pooler for transactions")]
    [InlineData(Pooler + ":5432/postgres", "Supabase, pooler for sessions")]
    [InlineData(Pooler + "/postgres", "Supabase, pooler for sessions")]
    [InlineData("postgres://u:secret@supabase.co.example/db", "PostgreSQL")]
    [InlineData("Host=localhost;Username=u", "PostgreSQL")]
    public void It_is_told_which_of_a_projects_addresses_one_is(string address, string kind) =>
        Assert.Equal(kind, PostgresStore.KindOf(address));

    [Theory]
    [InlineData("postgres://u@h/db", 20)]
    [InlineData("postgres://u@h/db?pgbouncer=true&connection_limit=5", 5)]
    [InlineData("postgres://u@h/db?pool_size=30", 30)]
    [InlineData("postgres://u@h/db?Maximum%20Pool%20Size=7", 7)]
    [InlineData("postgres://u@h/db?Maximum+Pool+Size=7", 7)]
    [InlineData("Host=h;Maximum Pool Size=7", 7)]
    // The writer's, the node's, and one to read by: with fewer nothing would go.
    [InlineData("postgres://u@h/db?connection_limit=1", 3)]
    public void A_node_opens_no_more_connections_than_the_address_says(string address, int most) =>
        Assert.Equal(most, new NpgsqlConnectionStringBuilder(PostgresStore.ConnectionStringOf(address)).MaxPoolSize);

    [Theory]
    [InlineData("Tenant or user not found", "XX000", "the user is postgres.<project> there")]
    [InlineData("password authentication failed for user", "28P01", "check user and password")]
    [InlineData("sorry, too many clients already", "53300", "write a lower connection_limit")]
    [InlineData("MaxClientsInSessionMode: max clients reached", "XX000", "write a lower connection_limit")]
    [InlineData("cannot execute UPDATE in a read-only transaction", "25006", "it can be read and not written to")]
    [InlineData("could not extend file: No space left on device", "53100", "its disk is full")]
    public void What_a_pooler_or_a_database_says_is_said_so_that_something_can_be_done(
        string text,
        string state,
        string said
    ) => AssertSays(said, Pooler + "/postgres", new PostgresException(text, "FATAL", "FATAL", state));

    [Theory]
    [InlineData("postgres://u:secret@h1,h2/db", "primary")]
    [InlineData("postgres://u:secret@h1,h2/db?target_session_attrs=read-write", "primary")]
    [InlineData("postgres://u:secret@h1/db", null)]
    [InlineData("postgres://u:secret@h1/db?target_session_attrs=any", null)]
    [InlineData("postgres://u:secret@h1/db?target_session_attrs=primary", null)]
    public void Of_several_hosts_it_is_the_primary(string address, string? target) =>
        Assert.Equal(
            target,
            new NpgsqlConnectionStringBuilder(PostgresStore.ConnectionStringOf(address)).TargetSessionAttributes
        );

    [Fact]
    public void A_standby_is_nothing_to_write_to()
    {
        var refused = Assert.Throws<InvalidOperationException>(() =>
            PostgresStore.ConnectionStringOf("postgres://u:secret@h1,h2/db?target_session_attrs=standby")
        );
        Assert.Contains("target_session_attrs is standby", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_without_a_way_to_it_from_here_leads_to_the_poolers()
    {
        await using var nobody = new NpgsqlConnection(
            PostgresStore.ConnectionStringOf("postgres://postgres@127.0.0.1:1/postgres")
        );
        var refused = await Assert.ThrowsAnyAsync<DbException>(() =>
            nobody.OpenAsync(TestContext.Current.CancellationToken)
        );
        AssertSays("IPv6 only, and there is no way to it from here", Direct, refused);
        AssertSays("nothing listens there", Pooler + "/postgres", refused);
    }

    private static void AssertSays(string what, string address, Exception failure)
    {
        var said = PostgresStore.Explain(address, failure);
        Assert.Contains(what, said, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", said, StringComparison.Ordinal);
    }
}
