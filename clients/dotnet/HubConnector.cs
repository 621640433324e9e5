using System.Net;
using AVServer.Contracts;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Client;

/// <summary>Makes connections to the hub of events: SignalR over a plain WebSocket, without negotiation.</summary>
internal sealed class HubConnector(ServerAddress address) : IConnectionFactory
{
    public HubConnection Create()
    {
        var builder = new HubConnectionBuilder();
        builder.AddJsonProtocol(options => ContractsJson.Configure(options.PayloadSerializerOptions));
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(address.WebSocket(Routes.EventsHub)));
        builder.Services.AddSingleton<IConnectionFactory>(this);
        return builder.Build();
    }

    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new WebSocketConnection(await address.ConnectAsync(((UriEndPoint)endpoint).Uri, cancellationToken));

    /// <summary>What a hub's error says. The server writes <c>code: message</c>; SignalR may put its own words before that.</summary>
    public static ServerRefusedException ToRefusal(HubException exception)
    {
        const string marker = "HubException: ";
        var at = exception.Message.LastIndexOf(marker, StringComparison.Ordinal);
        var text = at < 0 ? exception.Message : exception.Message[(at + marker.Length)..];
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && text.AsSpan(0, colon).IndexOfAnyExceptInRange('A', 'z') < 0
            ? new ServerRefusedException(text[..colon], text[(colon + 2)..])
            : new ServerRefusedException(FaultCodes.Internal, text);
    }
}
