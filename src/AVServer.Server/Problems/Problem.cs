using Microsoft.AspNetCore.Http.HttpResults;

namespace AVServer.Server.Problems;

/// <summary>Problem details with the <c>code</c> that programs branch on.</summary>
internal static class Problem
{
    public const string CodeMember = "code";

    public static ProblemHttpResult Of(string code, string detail) => Of(FaultCodeMap.ToStatus(code), code, detail);

    public static ProblemHttpResult Of(int status, string code, string detail) =>
        TypedResults.Problem(detail, statusCode: status, extensions: [new(CodeMember, code)]);

    /// <summary>Gives a problem that the framework made (no such route, wrong method) its code.</summary>
    public static void AddCode(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        problem.Extensions.TryAdd(CodeMember, FaultCodeMap.FromStatus(problem.Status ?? context.HttpContext.Response.StatusCode));
    }
}
