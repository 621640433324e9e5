using AVServer.Contracts;
using AVServer.Media;
using Microsoft.AspNetCore.Diagnostics;

namespace AVServer.Server.Problems;

/// <summary>Turns what an endpoint throws into problem details; what nobody expected is logged by the framework and told as <c>internal</c>.</summary>
internal sealed class ProblemExceptionHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            RefusedException refused => Problem.Of(refused.Code, refused.Message),
            MediaException media => Problem.Of(media.Code, media.Message),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                Problem.Of(FaultCodes.LimitExceeded, "The body is larger than this route takes; send less."),
            BadHttpRequestException bad => Problem.Of(bad.StatusCode, FaultCodeMap.FromStatus(bad.StatusCode), bad.Message),
            _ => Problem.Of(FaultCodes.Internal, $"The server failed; its log has the details under the request {httpContext.TraceIdentifier}."),
        };
        await problem.ExecuteAsync(httpContext);
        return true;
    }
}
