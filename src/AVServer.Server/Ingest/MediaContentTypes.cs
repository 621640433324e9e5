using AVServer.Contracts;
using AVServer.Server.Observability;
using Microsoft.Net.Http.Headers;

namespace AVServer.Server.Ingest;

/// <summary>Finds the container of an HTTP body.</summary>
internal static class MediaContentTypes
{
    /// <summary>The container that the query names, else that of the content type.</summary>
    /// <exception cref="RefusedException">Neither names a container that the server takes.</exception>
    public static string ContainerOf(string? query, string? contentType)
    {
        if (query is not null)
            return ContainerNames.All.Contains(query) ? query : throw Unsupported($"'container={query}'");
        var mediaType = MediaTypeHeaderValue.TryParse(contentType, out var parsed) ? parsed.MediaType.Value : null;
        return mediaType?.ToLowerInvariant() switch
        {
            "video/webm" or "audio/webm" => "webm",
            "video/x-matroska" or "audio/x-matroska" or "video/matroska" or "audio/matroska" => "matroska",
            "video/mp4" or "audio/mp4" => "mp4",
            "audio/ogg" or "video/ogg" or "application/ogg" => "ogg",
            "audio/wav" or "audio/x-wav" or "audio/wave" or "audio/vnd.wave" => "wav",
            _ => throw Unsupported(mediaType is null ? "no content type" : $"'{mediaType}'"),
        };
    }

    private static RefusedException Unsupported(string got) => new(
        FaultCodes.UnsupportedMedia,
        $"Expected a content type of webm, matroska, mp4, ogg or wav, or ?container= with one of {string.Join(", ", ContainerNames.All)}; "
        + $"got {got}.");
}
