using System.Diagnostics;
using System.Net.Sockets;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Kit;

/// <summary>
/// A real nginx before a server, with its defaults: it buffers, and speaks HTTP/1.0 to who is behind it. Reached by a Unix socket, so
/// that no port is needed.
/// </summary>
internal sealed class NginxServer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx";

    private readonly SocketFolder _folder = new();
    private readonly Process _process;

    private NginxServer(Uri behind)
    {
        var settings = Path.Combine(_folder.Path, "nginx.conf");
        File.WriteAllText(settings, Settings(behind));
        _process = Process.Start(new ProcessStartInfo(Program, ["-p", _folder.Path, "-e", ErrorLogPath, "-c", settings]))!;
        var handler = new SocketsHttpHandler { ConnectCallback = async (_, cancellationToken) => await ConnectAsync(cancellationToken) };
        Http = new HttpClient(handler) { BaseAddress = new Uri("http://nginx"), Timeout = TestTimeout.Longest };
    }

    /// <summary>Asks through nginx.</summary>
    public HttpClient Http { get; }

    private string SocketPath => Path.Combine(_folder.Path, "socket");

    private string ErrorLogPath => Path.Combine(_folder.Path, "error.log");

    public static async Task<NginxServer> StartAsync(Uri behind)
    {
        if (!File.Exists(Program)) throw new FileNotFoundException($"Expected nginx at {Program}; run scripts/setup.sh test.");
        var nginx = new NginxServer(behind);
        await RunningServer.UntilAsync(() => File.Exists(nginx.SocketPath) || nginx._process.HasExited, "nginx listens");
        if (nginx._process.HasExited) Assert.Fail(await File.ReadAllTextAsync(nginx.ErrorLogPath));
        return nginx;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private string Settings(Uri behind) =>
        $$"""
        daemon off; pid {{_folder.Path}}/pid; worker_processes 1;{{(Environment.IsPrivilegedProcess ? " user root;" : "")}}
        events { worker_connections 64; }
        http {
          access_log off;
          client_body_temp_path {{_folder.Path}}/body; proxy_temp_path {{_folder.Path}}/proxy; fastcgi_temp_path {{_folder.Path}}/fastcgi;
          uwsgi_temp_path {{_folder.Path}}/uwsgi; scgi_temp_path {{_folder.Path}}/scgi;
          server { listen unix:{{SocketPath}}; location / { proxy_pass {{behind.GetLeftPart(UriPartial.Authority)}}; } }
        }
        """;
}
