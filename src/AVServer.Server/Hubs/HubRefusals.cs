using AVServer.Server.Problems;
using Microsoft.AspNetCore.SignalR;

namespace AVServer.Server.Hubs;

/// <summary>Makes of a refusal the only kind of error whose message SignalR lets through to the client: <c>code: message</c>.</summary>
internal sealed class HubRefusals : IHubFilter
{
    public static HubException ToHubException(string code, string message) => new($"{code}: {message}");

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (RefusedException refused)
        {
            throw ToHubException(refused.Code, refused.Message);
        }
    }
}
