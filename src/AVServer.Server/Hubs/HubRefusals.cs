using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Problems;
using Microsoft.AspNetCore.SignalR;

namespace AVServer.Server.Hubs;

/// <summary>Makes of a refusal the only kind of error whose message SignalR lets through to the client: <c>code: message</c>; what nobody expected is logged, and told by its id.</summary>
internal sealed class HubRefusals(UnexpectedFaults faults) : IHubFilter
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
        catch (Exception exception) when (exception is not (HubException or OperationCanceledException))
        {
            throw ToHubException(FaultCodes.Internal, FaultId.Told(faults.Report(exception)));
        }
    }
}
