using System.Diagnostics;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Xunit.Sdk;

namespace Jettae.Tests;

/// <summary>
/// The official JavaScript SDK of QStash, unmodified, against the development server: the stories in <c>tests/sdk</c>, each for
/// the rows of the compatibility table that its first line names.
/// </summary>
[Collection(Busy.Name)]
[Trait("Store", "own")]
public sealed class OfficialSdkTests(OfficialSdkTests.Stories stories) : IClassFixture<OfficialSdkTests.Stories>
{
    public static IEnumerable<TheoryDataRow<string>> All() =>
        Directory
            .EnumerateFiles(Stories.Folder, "*.mjs")
            .Order(StringComparer.Ordinal)
            .Select(file => (Story: Path.GetFileNameWithoutExtension(file), Head: File.ReadLines(file).First()))
            .Where(each => each.Head.StartsWith("// rows:", StringComparison.Ordinal))
            .Select(each =>
                new TheoryDataRow<string>(each.Story).WithTrait(
                    "QStash",
                    each.Head["// rows:".Length..].Trim().Replace(' ', ',')
                )
            );

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_official_sdk_understands(string story) => await stories.AssertUnderstoodAsync(story);

    [Fact]
    public async Task Every_public_method_of_the_official_sdk_was_called_and_worked()
    {
        var table = await stories.MethodsAsync();
        Assert.Empty(table["never"]!.AsArray());
        Assert.True(table["methods"]!.AsObject().Count > 50, "the SDK has more methods than that");
        var results = Directory.CreateDirectory(Path.Combine(Stories.Root, "TestResults"));
        await File.WriteAllTextAsync(
            Path.Combine(results.FullName, "sdk-methods.json"),
            table.ToJsonString(),
            TestContext.Current.CancellationToken
        );
    }

    /// <summary>A development server as a person starts it, and all stories told to it, a few at once.</summary>
    public sealed class Stories : IAsyncLifetime
    {
        private const int AtOnce = 3;
        private readonly string notes = Path.GetTempFileName();
        private readonly Dictionary<string, Task<string?>> told = [];
        private DevelopmentProcess server = null!;

        public static string Root { get; } = FindRoot();
        public static string Folder => Path.Combine(Root, "tests", "sdk");

        public async ValueTask InitializeAsync()
        {
            File.Delete(notes);
            // Their receivers tell regions apart by what a delivery says of its own.
            server = await DevelopmentProcess.StartAsync("--region", "EU-CENTRAL-1");
            using var turn = new SemaphoreSlim(AtOnce);
            var names = All().Select(row => row.Data).ToLookup(IsAlone);
            foreach (var story in names[false])
                told[story] = InTurnAsync(story);
            await Task.WhenAll(told.Values);
            foreach (var story in names[true])
                await (told[story] = TellAsync(story));

            async Task<string?> InTurnAsync(string story)
            {
                await turn.WaitAsync();
                try
                {
                    return await TellAsync(story);
                }
                finally
                {
                    turn.Release();
                }
            }
        }

        public async Task AssertUnderstoodAsync(string story)
        {
            if (await told[story] is { } trouble)
                throw new XunitException(trouble);
        }

        public async Task<JsonNode> MethodsAsync()
        {
            var (_, said, errors) = await NodeAsync("methods.mjs");
            return JsonNode.Parse(said) ?? throw new XunitException(errors);
        }

        public async ValueTask DisposeAsync()
        {
            File.Delete(notes);
            await server.DisposeAsync();
        }

        private static bool IsAlone(string story) =>
            File.ReadLines(Path.Combine(Folder, story + ".mjs"))
                .Skip(1)
                .First()
                .StartsWith("// alone:", StringComparison.Ordinal);

        /// <summary>Null when it was understood; else what was not.</summary>
        private async Task<string?> TellAsync(string story)
        {
            var (code, said, errors) = await NodeAsync(story + ".mjs");
            return code == 0 && said.Contains("understood", StringComparison.Ordinal) ? null : said + errors;
        }

        private async Task<(int Code, string Said, string Errors)> NodeAsync(string file)
        {
            var start = new ProcessStartInfo("node", [file, server.Url, DevelopmentProcess.Token])
            {
                WorkingDirectory = Folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["METHODS_FILE"] = notes },
            };
            using var node = Process.Start(start)!;
            using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(4));
            try
            {
                var errors = node.StandardError.ReadToEndAsync(bound.Token);
                var said = await node.StandardOutput.ReadToEndAsync(bound.Token);
                await node.WaitForExitAsync(bound.Token);
                return (node.ExitCode, said, await errors);
            }
            catch (OperationCanceledException)
            {
                node.Kill(entireProcessTree: true);
                return (-1, "", $"{file} did not end within four minutes");
            }
        }

        private static string FindRoot()
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Jettae.slnx")))
                folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Not in a checkout.");
            return folder;
        }
    }
}
