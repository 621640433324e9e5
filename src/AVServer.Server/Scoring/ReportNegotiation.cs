using AVServer.Contracts;
using AVServer.Reports;
using AVServer.Server.Observability;
using Microsoft.Net.Http.Headers;

namespace AVServer.Server.Scoring;

/// <summary>Finds the format that a report is wanted in.</summary>
internal static class ReportNegotiation
{
    /// <summary>The one that the query names, else the first known one of <c>Accept</c> by its quality, else JSON.</summary>
    /// <exception cref="RefusedException">The query names none that there is.</exception>
    public static ReportFormat FormatOf(HttpRequest request, string? query)
    {
        if (query is not null)
            return ReportFormat.Find(query)
                ?? throw new RefusedException(
                    FaultCodes.BadRequest,
                    $"Expected a format out of {string.Join(", ", ReportFormat.All.Select(format => format.Name))}, got '{query}'.");
        return request.GetTypedHeaders().Accept
            .OrderByDescending(accepted => accepted.Quality ?? 1)
            .Select(
                accepted => Array.Find(
                    [.. ReportFormat.All], format => MediaTypeHeaderValue.Parse(format.ContentType).IsSubsetOf(accepted)))
            .FirstOrDefault(format => format is not null) ?? ReportFormat.Json;
    }
}
