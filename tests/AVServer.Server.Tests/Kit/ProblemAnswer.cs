using System.Net.Http.Json;
using System.Text.Json;

namespace AVServer.Server.Tests.Kit;

/// <summary>Reads problem details.</summary>
internal static class ProblemAnswer
{
    /// <summary>The code of an answer that must be a problem.</summary>
    public static async Task<string?> CodeOfAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((int)response.StatusCode, problem.GetProperty("status").GetInt32());
        return problem.GetProperty("code").GetString();
    }
}
