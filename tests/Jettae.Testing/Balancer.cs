using System.Net;
using System.Net.Sockets;

namespace Jettae.Testing;

/// <summary>
/// The simplest proxy before several nodes: each connection goes to the next node that takes it, whoever was there before. It
/// knows nothing of what goes through.
/// </summary>
public sealed class Balancer : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource end = new();
    private readonly Task accepting;
    private readonly IReadOnlyList<int> ports;
    private int last;

    private Balancer(int port, IReadOnlyList<int> ports)
    {
        this.ports = ports;
        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Listens on a port before those of the nodes, up or not.</summary>
    public static Balancer On(int port, params IReadOnlyList<int> nodes) => new(port, nodes);

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await accepting;
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await listener.AcceptTcpClientAsync(end.Token));
        }
        catch (OperationCanceledException) { }
    }

    private async Task CarryAsync(TcpClient caller)
    {
        using var _ = caller;
        using var node = await ConnectAsync();
        if (node is null)
            return;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
        try
        {
            await Task.WhenAny(
                caller.GetStream().CopyToAsync(node.GetStream(), over.Token),
                node.GetStream().CopyToAsync(caller.GetStream(), over.Token)
            );
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private async Task<TcpClient?> ConnectAsync()
    {
        for (var tried = 0; tried < ports.Count; tried++)
        {
            var node = new TcpClient { NoDelay = true };
            try
            {
                await node.ConnectAsync(
                    IPAddress.Loopback,
                    ports[(int)((uint)Interlocked.Increment(ref last) % ports.Count)],
                    end.Token
                );
                return node;
            }
            catch (SocketException)
            {
                node.Dispose();
            }
        }
        return null;
    }
}
