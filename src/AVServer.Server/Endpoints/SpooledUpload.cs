using AVServer.Contracts;
using AVServer.Server.Jobs;
using AVServer.Server.Problems;
using AVServer.Server.Security;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AVServer.Server.Endpoints;

/// <summary>An uploaded file on disk for as long as this object lives: some containers have their index at the end, so that they can't be read from a socket.</summary>
internal sealed class SpooledUpload : IAsyncDisposable
{
    private const int BufferBytes = 64 << 10;

    private readonly FileStream _file;

    private SpooledUpload(string fileName)
    {
        FileName = fileName;
        _file = SpoolFile.Create("upload");
    }

    /// <summary>Where it lies.</summary>
    public string Path => _file.Name;

    /// <summary>Its size in bytes.</summary>
    public long Length => _file.Length;

    /// <summary>Name that the sender gave it, without folders.</summary>
    public string FileName { get; }

    /// <summary>Spools the first file of a multipart body, or a whole raw body.</summary>
    /// <param name="request">The upload.</param>
    /// <param name="fileName">Name of a raw body.</param>
    /// <param name="maxBytes">Size of the largest file that is taken.</param>
    /// <param name="quota">Counts what comes.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="RefusedException">It is too large, empty, or no media by its content type.</exception>
    public static async Task<SpooledUpload> ReceiveAsync(
        HttpRequest request, string? fileName, long maxBytes, KeyLimits.ByteQuota quota, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes) throw TooLarge(maxBytes);
        var (body, name) = await OpenAsync(request, fileName, cancellationToken);
        var upload = new SpooledUpload(name);
        try
        {
            await upload.CopyAsync(body, maxBytes, quota, cancellationToken);
            return upload;
        }
        catch
        {
            await upload.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static async Task<(Stream Body, string FileName)> OpenAsync(HttpRequest request, string? fileName, CancellationToken cancellationToken)
    {
        var contentType = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed : null;
        var mediaType = contentType?.MediaType.Value?.ToLowerInvariant();
        if (mediaType == "multipart/form-data")
            return await OpenPartAsync(request, HeaderUtilities.RemoveQuotes(contentType!.Boundary).Value, cancellationToken);
        if (mediaType is null or "application/octet-stream" or "application/ogg" || mediaType.StartsWith("audio/", StringComparison.Ordinal) || mediaType.StartsWith("video/", StringComparison.Ordinal))
            return (request.Body, CleanName(fileName));
        throw new RefusedException(FaultCodes.UnsupportedMedia, $"Expected multipart/form-data, audio/*, video/* or application/octet-stream, got '{mediaType}'.");
    }

    private static async Task<(Stream Body, string FileName)> OpenPartAsync(HttpRequest request, string? boundary, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(boundary)) throw new RefusedException(FaultCodes.BadRequest, "Expected a boundary in the content type of a multipart body, got none.");
        var reader = new MultipartReader(boundary, request.Body);
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
                if (section.GetContentDispositionHeader()?.IsFileDisposition() == true)
                    return (section.Body, CleanName(section.AsFileSection()!.FileName));
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new RefusedException(FaultCodes.BadRequest, "Expected a complete multipart body, got one that breaks off or is malformed.");
        }
        throw new RefusedException(FaultCodes.BadRequest, "Expected a file in the multipart body, got none.");
    }

    private static string CleanName(string? name) => System.IO.Path.GetFileName(name) is { Length: > 0 and <= 255 } clean ? clean : "upload";

    private async Task CopyAsync(Stream body, long maxBytes, KeyLimits.ByteQuota quota, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (_file.Length + read > maxBytes) throw TooLarge(maxBytes);
            quota.Take(read);
            await _file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
        if (_file.Length == 0) throw new RefusedException(FaultCodes.Undecodable, "Expected a media file, got an empty body.");
        await _file.FlushAsync(cancellationToken);
    }

    private static RefusedException TooLarge(long maxBytes) =>
        new(FaultCodes.LimitExceeded, $"Expected a file of at most {maxBytes} bytes, got a larger one; cut it, or raise Server:Limits:MaxUploadBytes.");
}
