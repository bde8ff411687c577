using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Jettae.Testing;

/// <summary>
/// The way from one program to a server, byte for byte, that can be cut (whoever is connected is, and nobody gets in) or hang
/// (connections are taken and stay, and nothing comes through until it is mended).
/// </summary>
public sealed class Cable : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentDictionary<TcpClient, bool> ends = [];
    private readonly int to;
    private readonly Task accepting;
    private volatile TaskCompletionSource open = Opened();
    private volatile bool isCut;

    /// <param name="to">The server's port on this machine.</param>
    public Cable(int to)
    {
        this.to = to;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Nothing comes through any more, in either direction, and nobody is told.</summary>
    public void Hang() => open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Every connection ends, and each new one at once.</summary>
    public void Cut()
    {
        isCut = true;
        foreach (var end in ends.Keys)
            end.Close();
    }

    /// <summary>It hangs, or is cut.</summary>
    public void Break(bool hangs)
    {
        if (hangs)
            Hang();
        else
            Cut();
    }

    /// <summary>As it was in the beginning; what hung comes through.</summary>
    public void Mend()
    {
        isCut = false;
        open.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        Cut();
        open.TrySetResult();
        listener.Stop();
        await accepting;
        listener.Dispose();
        ending.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await listener.AcceptTcpClientAsync(ending.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException)
        {
            // It is taken away.
        }
    }

    private async Task CarryAsync(TcpClient caller)
    {
        using var server = new TcpClient();
        using (caller)
            try
            {
                (ends[caller], ends[server]) = (true, true);
                (caller.NoDelay, server.NoDelay) = (true, true);
                if (isCut)
                    return;
                await open.Task;
                await server.ConnectAsync(IPAddress.Loopback, to, ending.Token);
                await await Task.WhenAny(
                    PassAsync(caller.GetStream(), server.GetStream()),
                    PassAsync(server.GetStream(), caller.GetStream())
                );
            }
            catch (Exception end)
                when (end
                        is IOException
                            or SocketException
                            or OperationCanceledException
                            or ObjectDisposedException
                            or InvalidOperationException
                )
            {
                // One of the two has gone.
            }
            finally
            {
                ends.TryRemove(caller, out _);
                ends.TryRemove(server, out _);
            }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream into)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, ending.Token) is > 0 and var read)
        {
            await open.Task;
            await into.WriteAsync(buffer.AsMemory(0, read), ending.Token);
        }
    }
}
