using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Jettae.Studio.Tests;

/// <summary>What PostgREST, and so <c>supabase-js</c>, gets to see: it asks in the role that a token names, with the token's claims.</summary>
[Trait("Store", "PostgreSQL")]
public sealed class RowSecurityTests
{
    private static readonly string[] Tags = ["카페"];
    private static readonly Guid Mine = Guid.Parse("0a0a0a0a-0000-4000-8000-000000000001");

    [Theory]
    [InlineData("schedules")]
    [InlineData("contents")]
    [InlineData("content_versions")]
    [InlineData("content_tags")]
    [InlineData("runs")]
    [InlineData("run_steps")]
    [InlineData("bookings")]
    [InlineData("slot_changes")]
    [InlineData("alerts")]
    [InlineData("brands")]
    public async Task A_person_reads_their_own_rows_and_those_of_nobody_else(string table)
    {
        await using var studio = await FilledAsync();
        var (own, all) = (
            await AsAsync(studio, "authenticated", Mine, $"SELECT COUNT(*) FROM {table}"),
            await studio.FromStoreAsync($"SELECT COUNT(*) FROM {table}")
        );
        Assert.InRange((long)own!, 1, (long)all! - 1);
        Assert.Equal(0L, await AsAsync(studio, "authenticated", Guid.Empty, $"SELECT COUNT(*) FROM {table}"));
        Assert.Equal(0L, await AsAsync(studio, "authenticated", null, $"SELECT COUNT(*) FROM {table}"));
    }

    [Fact]
    public async Task No_table_that_the_projects_API_may_show_is_without_its_rules()
    {
        await using var studio = await TestStudio.StartAsync();
        Assert.Equal(
            DBNull.Value,
            await studio.FromStoreAsync(
                "SELECT string_agg(relname, ', ') FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relrowsecurity"
            )
        );
    }

    [Theory]
    [InlineData("authenticated", "UPDATE schedules SET name = 'x'")]
    [InlineData("authenticated", "DELETE FROM contents")]
    [InlineData("authenticated", "SELECT COUNT(*) FROM model_prices")]
    [InlineData("authenticated", "SELECT COUNT(*) FROM jettae_studio.users")]
    [InlineData("authenticated", "SELECT COUNT(*) FROM jettae_studio.provider_settings")]
    [InlineData("authenticated", "SELECT COUNT(*) FROM jettae_studio.protection_keys")]
    [InlineData("authenticated", "SELECT jettae_studio.let_read()")]
    [InlineData("anon", "SELECT COUNT(*) FROM contents")]
    [InlineData("anon", "SELECT jettae_studio.person()")]
    public async Task Nothing_is_changed_there_and_nothing_else_is_seen(string role, string sql)
    {
        await using var studio = await FilledAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => AsAsync(studio, role, Mine, sql));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task Who_is_no_longer_linked_sees_nothing_any_more()
    {
        await using var studio = await FilledAsync();
        await studio.Services.GetRequiredService<Accounts>().LinkAsync(null);
        Assert.Equal(0L, await AsAsync(studio, "authenticated", Mine, "SELECT COUNT(*) FROM schedules"));
    }

    /// <summary>To whoever has all rights on them but neither owns them nor may pass over the policies, all tables look empty.</summary>
    [Fact]
    public async Task The_program_does_not_start_for_a_user_who_would_see_none_of_its_rows()
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.InStoreAsync(
            """
            DROP ROLE IF EXISTS granted;
            CREATE ROLE granted LOGIN;
            GRANT CREATE, USAGE ON SCHEMA public, jettae_studio TO granted;
            GRANT ALL ON ALL TABLES IN SCHEMA public, jettae_studio TO granted;
            """
        );
        await using var owners = await studio.ConnectionAsync();
        var granted = new NpgsqlConnectionStringBuilder(owners.ConnectionString) { Username = "granted" }.ToString();
        try
        {
            using var hidden = new PostgresStudioStore(granted);
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(hidden.PrepareAsync);
            Assert.Contains("alter role \"granted\" bypassrls", refused.Message, StringComparison.Ordinal);
            await studio.InStoreAsync("ALTER ROLE granted BYPASSRLS");
            using var seen = new PostgresStudioStore(granted);
            await seen.PrepareAsync();
        }
        finally
        {
            await studio.InStoreAsync("DROP OWNED BY granted; DROP ROLE granted");
        }
    }

    [Fact]
    public async Task Its_tables_have_the_types_that_a_user_of_Supabase_expects()
    {
        await using var studio = await TestStudio.StartAsync();
        var types = await studio.FromStoreAsync(
            """
            SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_name) FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = 'schedules'
                AND column_name IN ('id', 'owner_id', 'settings', 'times_of_day', 'next_run_at', 'is_active', 'name')
            """
        );
        Assert.Equal(
            "id uuid, is_active boolean, name text, next_run_at timestamp with time zone, owner_id uuid, settings jsonb, times_of_day jsonb",
            types
        );
    }

    private static async Task<TestStudio> FilledAsync()
    {
        var studio = await TestStudio.StartAsync();
        await studio.InStoreAsync(
            """
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'anon') THEN CREATE ROLE anon; END IF;
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'authenticated') THEN CREATE ROLE authenticated; END IF;
                -- As a Supabase project does for its own roles.
                GRANT ALL ON ALL TABLES IN SCHEMA public TO anon, authenticated;
            EXCEPTION WHEN unique_violation OR duplicate_object THEN NULL;
            END $$
            """
        );
        await studio.Services.GetRequiredService<Accounts>().LinkAsync(Mine);
        var stranger = await studio.StrangerAsync();
        using var theirs = await studio.BrowserOfAsync(stranger);
        foreach (var http in new[] { studio.Http, theirs })
        {
            var (_, schedule) = await studio.PostAsync("/api/schedule/create", TestStudio.ThreeHourly(), http);
            await studio.PostAsync("/api/schedule/skip", new { id = schedule["id"] }, http);
            var (_, made) = await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly(), http);
            using var tagged = await http.PatchAsJsonAsync(
                $"/api/contents/{made["content"]!["id"]}",
                new { tags = Tags }
            );
            Assert.True(tagged.IsSuccessStatusCode);
            await studio.PostAsync("/api/brand", new { name = "제때 커피" }, http);
        }
        await studio.InStoreAsync(
            """
            INSERT INTO alerts (id, owner_id, kind, subject, schedule_name, opened_at, told)
            SELECT gen_random_uuid(), id, 'late', 'of the test', '', now(), '' FROM jettae_studio.users
            """
        );
        await studio.StillAsync();
        return studio;
    }

    private static async Task<object?> AsAsync(TestStudio studio, string role, Guid? person, string sql)
    {
        var claims = person is { } id ? $$"""{"sub":"{{id}}","role":"{{role}}"}""" : "";
        await using var connection = await studio.ConnectionAsync();
        await using var asked = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new($"SET ROLE {role}"),
                new($"SELECT set_config('request.jwt.claims', '{claims}', false)"),
                new(sql),
            },
        };
        await using var rows = await asked.ExecuteReaderAsync();
        await rows.NextResultAsync();
        await rows.ReadAsync();
        return rows.FieldCount > 0 ? rows.GetValue(0) : null;
    }
}
