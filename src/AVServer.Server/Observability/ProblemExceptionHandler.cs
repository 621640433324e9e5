using AVServer.Contracts;
using AVServer.Media;
using AVServer.Server.Scoring;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AVServer.Server.Observability;

/// <summary>
/// Turns what an endpoint throws into problem details; what nobody expected is logged, and told as <c>internal</c> with the id that it has
/// in the log.
/// </summary>
internal sealed class ProblemExceptionHandler(FaultReports faults) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            RefusedException refused => Refused(refused, httpContext.Response),
            MediaException media => Refused(new RefusedException(media.Code, media.Message), httpContext.Response),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                Problem.Of(FaultCodes.LimitExceeded, "The body is larger than this route takes; send less."),
            IOException full when Spool.IsFull(full) => Refused(Spool.NoRoom(), httpContext.Response),
            BadHttpRequestException bad when BadParameter.Explain(bad) is { } sentence => Problem.Of(FaultCodes.BadRequest, sentence),
            BadHttpRequestException bad => Problem.Of(bad.StatusCode, FaultCodeMap.FromStatus(bad.StatusCode), bad.Message),
            _ => Problem.Unexpected(faults.Report(exception)),
        };
        await problem.ExecuteAsync(httpContext);
        return true;
    }

    private ProblemHttpResult Refused(RefusedException refused, HttpResponse response)
    {
        faults.Refused(refused.Code);
        return refused.ToProblem(response);
    }
}
