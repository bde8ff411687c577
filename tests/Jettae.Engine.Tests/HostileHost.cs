using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Jettae.Engine.Tests;

/// <summary>A destination that behaves as badly as it is told, on a raw socket.</summary>
public sealed class HostileHost : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly Func<HostileHost, Stream, Task> behave;
    private readonly X509Certificate2? certificate;
    private readonly Task accepting;
    private int requests;
    private long sent;

    public HostileHost(Func<HostileHost, Stream, Task> behave, X509Certificate2? certificate = null)
    {
        (this.behave, this.certificate) = (behave, certificate);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Connections on which something was sent to it.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>Bytes that the engine took from it, or the system for it.</summary>
    public long Sent => Volatile.Read(ref sent);

    public CancellationToken Closing => closing.Token;

    public async Task SendAsync(Stream stream, string text) => await SendAsync(stream, Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(Stream stream, ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes, Closing);
        Interlocked.Add(ref sent, bytes.Length);
    }

    public Task HangAsync() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, Closing);

    /// <summary>A certificate that nobody vouches for.</summary>
    public static X509Certificate2 Certificate(string name, TimeSpan expiresIn)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var signed = request.CreateSelfSigned(now.AddYears(-1), now + expiresIn);
        return X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pfx), null);
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Stop();
        await accepting;
        closing.Dispose();
        certificate?.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await listener.AcceptTcpClientAsync(Closing)));
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = await StreamAsync(client);
                if (await stream.ReadAsync(new byte[16 * 1024], Closing) == 0)
                    return;
                Interlocked.Increment(ref requests);
                await behave(this, stream);
            }
#pragma warning disable CA1031 // It is here to be left in the middle.
            catch (Exception)
#pragma warning restore CA1031
            {
                // The engine has gone.
            }
        }
    }

    private async Task<Stream> StreamAsync(TcpClient client)
    {
        if (certificate is null)
            return client.GetStream();
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = certificate },
            Closing
        );
        return tls;
    }
}
