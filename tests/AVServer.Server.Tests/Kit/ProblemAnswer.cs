using System.Net.Http.Json;
using System.Text.Json;

namespace AVServer.Server.Tests.Kit;

/// <summary>Reads problem details.</summary>
internal static class ProblemAnswer
{
    /// <summary>The code of an answer that must be a problem.</summary>
    public static async Task<string?> CodeOfAsync(HttpResponseMessage response) =>
        (await ReadAsync(response)).GetProperty("code").GetString();

    /// <summary>What an answer says that must be a problem of that code.</summary>
    public static async Task<string?> DetailOfAsync(HttpResponseMessage response, string code)
    {
        var problem = await ReadAsync(response);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        return problem.GetProperty("detail").GetString();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((int)response.StatusCode, problem.GetProperty("status").GetInt32());
        return problem;
    }
}
