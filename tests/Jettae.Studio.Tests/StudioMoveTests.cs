using System.Net.Http.Json;
using Npgsql;

namespace Jettae.Studio.Tests;

/// <summary>The studio's file is taken to PostgreSQL.</summary>
[Trait("Store", "SQLite")]
public sealed class StudioMoveTests
{
    private const int Steps = 1_200;
    private static readonly string[] Tags = ["카페", "아침"];

    [Fact]
    public async Task A_move_that_was_cut_off_amid_the_steps_goes_on_and_looks_for_many_rows_at_once()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        var (_, made) = await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        using var tagged = await studio.Http.PatchAsJsonAsync(
            $"/api/contents/{made["content"]!["id"]}",
            new { tags = Tags },
            cancel
        );
        Assert.True(tagged.IsSuccessStatusCode);
        await studio.PostAsync("/api/brand", new { name = "제때 커피" });
        await studio.MultiplyAsync("run_steps", Steps, "id = (SELECT MIN(id) FROM run_steps)");
        await studio.DownAsync();
        var database = await PostgresDatabases.TakeAsync();
        try
        {
            var (from, to) = (
                new StudioOptions { DataFile = studio.DataFile },
                new StudioOptions { DataFile = "", Database = database }
            );
            await PostgresDatabases.DoAsync(
                database,
                $$"""
                CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $f$
                    BEGIN
                        IF (SELECT COUNT(*) FROM run_steps) > {{Steps / 2}} THEN RAISE EXCEPTION 'cut off'; END IF;
                        RETURN NEW;
                    END $f$;
                CREATE TRIGGER fault BEFORE INSERT ON run_steps FOR EACH ROW EXECUTE FUNCTION fault()
                """
            );
            await using (var cut = new StudioMove(from, to))
            {
                Assert.Null(await cut.ObstacleAsync(cancel));
                var ended = await Assert.ThrowsAnyAsync<Exception>(() => cut.RunAsync(_ => { }, cancel));
                Assert.Contains("cut off", $"{ended}", StringComparison.Ordinal);
            }
            await PostgresDatabases.DoAsync(database, "DROP FUNCTION fault() CASCADE");
            using var asked = new Statements(new NpgsqlConnectionStringBuilder(database).Database!);
            await using var move = new StudioMove(from, to);
            Assert.Null(await move.ObstacleAsync(cancel));
            var moved = await move.RunAsync(_ => { }, cancel);
            Assert.DoesNotContain(moved, each => !each.IsSame);
            Assert.InRange(moved.Single(each => each.Table == nameof(RunStep)).Rows, Steps, 2 * Steps);
            // Whether there is any, each chunk, and all of them to be compared.
            Assert.InRange(asked.Order.Count(each => each.Sql.Contains("run_steps", StringComparison.Ordinal)), 3, 6);
        }
        finally
        {
            await PostgresDatabases.GiveBackAsync(database);
        }
    }
}
