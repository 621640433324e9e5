using AVServer.Contracts;
using AVServer.Pipeline;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AVServer.Server.Observability;

/// <summary>Problem details with the <c>code</c> that programs branch on.</summary>
internal static class Problem
{
    public const string CodeMember = "code";

    /// <summary>Id of an unexpected fault in the server's log.</summary>
    public const string IdMember = "id";

    public static ProblemHttpResult Of(string code, string detail) => Of(FaultCodeMap.ToStatus(code), code, detail);

    public static ProblemHttpResult Of(int status, string code, string detail) => Of(status, code, detail, []);

    /// <summary>The problem of a fault that was logged under an id.</summary>
    public static ProblemHttpResult Unexpected(string id) =>
        Of(StatusCodes.Status500InternalServerError, FaultCodes.Internal, FaultId.MessageFor(id), [new(IdMember, id)]);

    /// <summary>Gives a problem that the framework made (no such route, wrong method) its code.</summary>
    public static void AddCode(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        problem.Extensions.TryAdd(CodeMember, FaultCodeMap.FromStatus(problem.Status ?? context.HttpContext.Response.StatusCode));
    }

    private static ProblemHttpResult Of(int status, string code, string detail, IEnumerable<KeyValuePair<string, object?>> further) =>
        TypedResults.Problem(detail, statusCode: status, extensions: [new(CodeMember, code), .. further]);
}
