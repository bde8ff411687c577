using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Jettae.Testing;

/// <summary>A mail server on this machine that speaks just enough SMTP to take messages, with or without a password.</summary>
public sealed class MailServer : IAsyncDisposable
{
    public const string User = "mailer";
    public const string Password = "mail-secret-of-the-tests";

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentBag<Task> talks = [];
    private Task accepting = Task.CompletedTask;

    /// <summary>What was taken: envelope and text as they came.</summary>
    public ConcurrentQueue<Mail> Mails { get; } = new();

    /// <summary>While set, this is the answer to every MAIL FROM, e.g. <c>451 try later</c>.</summary>
    public string? Refusing { get; set; }
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Connections so far.</summary>
    public int Calls => talks.Count;

    public static MailServer Start()
    {
        var server = new MailServer();
        server.listener.Start();
        server.accepting = server.AcceptAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(talks);
        closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                talks.Add(TalkAsync(await listener.AcceptTcpClientAsync(closing.Token)));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
            await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false))
            {
                NewLine = "\r\n",
                AutoFlush = true,
            };
            await writer.WriteLineAsync("220 test");
            var mail = new Mail("", "", "", IsSignedIn: false);
            while (await reader.ReadLineAsync(closing.Token) is { } line)
            {
                var word = line.Split(' ', ':')[0].ToUpperInvariant();
                if (word == "DATA")
                {
                    await writer.WriteLineAsync("354 go on");
                    Mails.Enqueue(mail with { Text = await TextAsync(reader) });
                    await writer.WriteLineAsync("250 taken");
                    continue;
                }
                mail = word switch
                {
                    "AUTH" => mail with { IsSignedIn = IsRight(line) },
                    "MAIL" => mail with { From = Address(line) },
                    "RCPT" => mail with { To = Address(line) },
                    _ => mail,
                };
                await writer.WriteLineAsync(
                    word switch
                    {
                        "EHLO" => "250-test\r\n250-AUTH PLAIN\r\n250 8BITMIME",
                        "AUTH" => mail.IsSignedIn ? "235 in" : "535 wrong user or password",
                        "MAIL" => Refusing ?? "250 go on",
                        "QUIT" => "221 bye",
                        _ => "250 go on",
                    }
                );
                if (word == "QUIT")
                    return;
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The other side went, or the test is over.
        }
    }

    private async Task<string> TextAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(closing.Token) is { } line && line != ".")
            text.AppendLine(line);
        return text.ToString();
    }

    private static bool IsRight(string line) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[^1])) == $"\0{User}\0{Password}";

    private static string Address(string line) => line[(line.IndexOf('<') + 1)..line.IndexOf('>')];
}

/// <summary>A mail as the server took it.</summary>
public sealed record Mail(string From, string To, string Text, bool IsSignedIn);
