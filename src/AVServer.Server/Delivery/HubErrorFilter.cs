using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Events;
using AVServer.Server.Observability;
using Microsoft.AspNetCore.SignalR;

namespace AVServer.Server.Delivery;

/// <summary>
/// Makes of a refusal the only kind of error whose message SignalR lets through to the client: <c>code: message</c>; what nobody expected
/// is logged, and told by its id.
/// </summary>
internal sealed class HubErrorFilter(FaultReports faults) : IHubFilter
{
    public static HubException ToHubException(string code, string message) => new($"{code}: {message}");

    /// <summary>Whether an exception is to be told; a cancellation is nobody's fault, and a refusal of ours is told already.</summary>
    public static bool IsReported(Exception exception) => exception is not (HubException or OperationCanceledException);

    /// <summary>What the client is told of an exception.</summary>
    public static HubException ToHubException(Exception exception, FaultReports faults)
    {
        if (exception is RefusedException told) faults.Refused(told.Code);
        return exception switch
        {
            RefusedException refused => ToHubException(refused.Code, refused.Message),
            ReaderTooSlowException tooSlow => ToHubException(FaultCodes.ReaderTooSlow, tooSlow.Message),
            _ => ToHubException(FaultCodes.Internal, FaultId.MessageFor(faults.Report(exception))),
        };
    }

    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (Exception exception) when (IsReported(exception))
        {
            throw ToHubException(exception, faults);
        }
    }
}
