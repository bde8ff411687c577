using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Jettae.Bench;

/// <summary>The engine in a process of its own, so that its memory and its processor time are its alone, and it can be killed.</summary>
public sealed class EngineProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(2) };

    private EngineProcess(Process process, string address, TimeSpan startedIn)
    {
        (this.process, Address, StartedIn) = (process, address, startedIn);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Serve.Token);
    }

    public string Address { get; }

    /// <summary>From the start of the process to its first answer.</summary>
    public TimeSpan StartedIn { get; }

    public double MemoryMegabytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1e6;
        }
    }

    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public static async Task<EngineProcess> StartAsync(string file)
    {
        var began = TimeProvider.System.GetTimestamp();
        var process = Process.Start(
            new ProcessStartInfo("dotnet", [typeof(EngineProcess).Assembly.Location, "serve", file])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        var address =
            await process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException("the engine ended before it listened");
        var engine = new EngineProcess(process, address, TimeSpan.Zero);
        (await engine.http.GetAsync(new Uri(address + "/v2/dlq"))).EnsureSuccessStatusCode();
        return new EngineProcess(process, address, TimeProvider.System.GetElapsedTime(began));
    }

    /// <summary>Publishes <paramref name="count"/> messages whose bodies are numbers from <paramref name="first"/>; true when acknowledged.</summary>
    public async Task<bool> PublishBatchAsync(
        string destination,
        int first,
        int count,
        params (string Name, string Value)[] headers
    )
    {
        using var batch = new MemoryStream();
        await using (var json = new Utf8JsonWriter(batch))
        {
            json.WriteStartArray();
            for (var number = first; number < first + count; number++)
            {
                json.WriteStartObject();
                json.WriteString("destination", destination);
                json.WriteString("body", number.ToString(CultureInfo.InvariantCulture));
                json.WriteStartObject("headers");
                foreach (var (name, value) in headers)
                    json.WriteString(name, value);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        using var content = new ByteArrayContent(batch.ToArray());
        return await SendAsync("/v2/batch", content);
    }

    public async Task<bool> PublishAsync(string destination, string body, params (string Name, string Value)[] headers)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        foreach (var (name, value) in headers)
            content.Headers.TryAddWithoutValidation(name, value);
        return await SendAsync($"/v2/publish/{destination}", content);
    }

    /// <summary>Kills it as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Its input ends, and it stops in order.</summary>
    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (!process.HasExited)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private async Task<bool> SendAsync(string path, HttpContent content)
    {
        try
        {
            using var answer = await http.PostAsync(new Uri(Address + path), content);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
