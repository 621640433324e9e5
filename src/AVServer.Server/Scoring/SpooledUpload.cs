using AVServer.Contracts;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AVServer.Server.Scoring;

/// <summary>
/// An uploaded file on disk for as long as this object lives: some containers have their index at the end, so that they can't be read from
/// a socket.
/// </summary>
internal sealed class SpooledUpload : IAsyncDisposable
{
    private const int BufferBytes = 64 << 10;
    private const int LongestShown = 32;
    private const string FormType = "multipart/form-data";

    private readonly FileStream _file;

    private SpooledUpload(string fileName, Spool spool) => (FileName, _file) = (fileName, spool.Create("upload"));

    /// <summary>Where it lies.</summary>
    public string Path => _file.Name;

    /// <summary>Its size in bytes.</summary>
    public long Length => _file.Length;

    /// <summary>Name that the sender gave it, without folders.</summary>
    public string FileName { get; }

    /// <summary>Spools the one file of a form, or a whole raw body.</summary>
    /// <param name="request">The upload.</param>
    /// <param name="spool">Where it lies.</param>
    /// <param name="fileName">Name of a raw body.</param>
    /// <param name="maxBytes">Size of the largest file that is taken.</param>
    /// <param name="quota">Counts what comes.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="RefusedException">
    /// It is too large, empty, or no media by its content type; the form holds more than a file; there is no room for it.
    /// </exception>
    public static async Task<SpooledUpload> ReceiveAsync(
        HttpRequest request, Spool spool, string? fileName, long maxBytes, KeyLimits.ByteQuota quota, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes) throw TooLarge(maxBytes);
        var (body, name, form) = await OpenAsync(request, fileName, cancellationToken);
        SpooledUpload? upload = null;
        try
        {
            upload = new SpooledUpload(name, spool);
            await upload.CopyMediaAsync(body, maxBytes, quota, cancellationToken);
            if (form is not null && await NextAsync(form, cancellationToken) is { } further) throw NotOneFile(further);
            return upload;
        }
        catch (Exception exception)
        {
            if (upload is not null) await upload.DisposeAsync();
            if (Spool.IsFull(exception)) throw Spool.NoRoom();
            throw;
        }
    }

    /// <summary>Spools a body that is no media.</summary>
    /// <param name="request">The upload.</param>
    /// <param name="spool">Where it lies.</param>
    /// <param name="maxBytes">Size of the largest that is taken.</param>
    /// <param name="quota">Counts what comes.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="RefusedException">It is too large, or there is no room for it.</exception>
    public static async Task<SpooledUpload> ReceiveBodyAsync(
        HttpRequest request, Spool spool, long maxBytes, KeyLimits.ByteQuota quota, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes) throw TooLarge(maxBytes);
        var upload = new SpooledUpload(CleanName(null), spool);
        try
        {
            await upload.CopyAsync(request.Body, maxBytes, quota, cancellationToken);
            return upload;
        }
        catch (Exception exception)
        {
            await upload.DisposeAsync();
            if (Spool.IsFull(exception)) throw Spool.NoRoom();
            throw;
        }
    }

    /// <summary>Spools the files of a form.</summary>
    /// <param name="request">The upload.</param>
    /// <param name="spool">Where they lie.</param>
    /// <param name="most">How many are taken.</param>
    /// <param name="maxBytes">Size of the largest that is taken.</param>
    /// <param name="quota">Counts what comes.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <returns>The files in their order; the caller's to dispose.</returns>
    /// <exception cref="RefusedException">It is no form of files, there are too many, or one can't be taken.</exception>
    public static async Task<IReadOnlyList<SpooledUpload>> ReceiveManyAsync(
        HttpRequest request, Spool spool, int most, long maxBytes, KeyLimits.ByteQuota quota, CancellationToken cancellationToken)
    {
        var contentType = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed : null;
        if (contentType?.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new RefusedException(
                FaultCodes.UnsupportedMedia, $"Expected {FormType} with a file for each recording, got another content type.");
        }

        var form = FormOf(request, contentType);
        var uploads = new List<SpooledUpload>();
        try
        {
            while (await NextAsync(form, cancellationToken) is { } section)
            {
                if (!IsFile(section))
                {
                    throw new RefusedException(
                        FaultCodes.BadRequest, $"Expected files in the form and nothing else, got a field '{NameOf(section)}'.");
                }

                if (uploads.Count == most)
                    throw new RefusedException(FaultCodes.LimitExceeded, $"Expected at most {most} files in the form, got more.");
                uploads.Add(new SpooledUpload(CleanName(section.AsFileSection()!.FileName), spool));
                await uploads[^1].CopyMediaAsync(section.Body, maxBytes, quota, cancellationToken);
            }
            return uploads;
        }
        catch (Exception exception)
        {
            foreach (var upload in uploads) await upload.DisposeAsync();
            if (Spool.IsFull(exception)) throw Spool.NoRoom();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Spool.CloseAsync(_file);

    private static async Task<(Stream Body, string FileName, MultipartReader? Form)> OpenAsync(
        HttpRequest request, string? fileName, CancellationToken cancellationToken)
    {
        var contentType = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed : null;
        var mediaType = contentType?.MediaType.Value?.ToLowerInvariant();
        if (mediaType == FormType) return await OpenPartAsync(FormOf(request, contentType!), cancellationToken);
        if (mediaType is null or "application/octet-stream" or "application/ogg" || mediaType.StartsWith("audio/", StringComparison.Ordinal)
            || mediaType.StartsWith("video/", StringComparison.Ordinal))
            return (request.Body, CleanName(fileName), null);
        throw new RefusedException(
            FaultCodes.UnsupportedMedia, $"Expected multipart/form-data, audio/*, video/* or application/octet-stream, got '{mediaType}'.");
    }

    private static MultipartReader FormOf(HttpRequest request, MediaTypeHeaderValue contentType) =>
        HeaderUtilities.RemoveQuotes(contentType.Boundary).Value is { Length: > 0 } boundary
            ? new MultipartReader(boundary, request.Body)
            : throw new RefusedException(FaultCodes.BadRequest, "Expected a boundary in the content type of a multipart body, got none.");

    private static async Task<(Stream Body, string FileName, MultipartReader? Form)> OpenPartAsync(
        MultipartReader form, CancellationToken cancellationToken)
    {
        var section = await NextAsync(form, cancellationToken)
            ?? throw new RefusedException(FaultCodes.BadRequest, "Expected a file in the multipart body, got none.");
        if (!IsFile(section)) throw NotOneFile(section);
        return (section.Body, CleanName(section.AsFileSection()!.FileName), form);
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader form, CancellationToken cancellationToken)
    {
        try
        {
            return await form.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            throw Malformed();
        }
    }

    private static async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            throw Malformed();
        }
    }

    private static bool IsMalformed(Exception exception) =>
        exception is InvalidDataException or IOException and not (BadHttpRequestException or ConnectionResetException);

    private static RefusedException Malformed() =>
        new(FaultCodes.BadRequest, "Expected a complete multipart body, got one that breaks off or is malformed.");

    private static bool IsFile(MultipartSection section) => section.GetContentDispositionHeader()?.IsFileDisposition() == true;

    // What is asked for beside the file stands in the address; left out without a word it would seem to be granted.
    private static RefusedException NotOneFile(MultipartSection section)
    {
        var got = IsFile(section) ? "a second file" : $"a field '{NameOf(section)}'";
        var parameters = string.Join(", ", ScoreEndpoint.Parameters.Select(name => $"?{name}="));
        return new RefusedException(
            FaultCodes.BadRequest,
            $"Expected one file in the form and nothing else, got {got}; what is wanted goes into the address: {parameters}.");
    }

    private static string NameOf(MultipartSection section)
    {
        var name = HeaderUtilities.RemoveQuotes(section.GetContentDispositionHeader()?.Name ?? default).Value ?? "";
        return name.Length <= LongestShown ? name : name[..LongestShown] + "…";
    }

    private static string CleanName(string? name) =>
        System.IO.Path.GetFileName(name) is { Length: > 0 and <= 255 } clean ? clean : "upload";

    private async Task CopyMediaAsync(Stream body, long maxBytes, KeyLimits.ByteQuota quota, CancellationToken cancellationToken)
    {
        await CopyAsync(body, maxBytes, quota, cancellationToken);
        if (_file.Length == 0) throw new RefusedException(FaultCodes.Undecodable, "Expected a media file, got an empty body.");
    }

    private async Task CopyAsync(Stream body, long maxBytes, KeyLimits.ByteQuota quota, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await ReadAsync(body, buffer, cancellationToken)) > 0)
        {
            if (_file.Length + read > maxBytes) throw TooLarge(maxBytes);
            quota.Take(read);
            await _file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
        await _file.FlushAsync(cancellationToken);
    }

    private static RefusedException TooLarge(long maxBytes) =>
        new(
            FaultCodes.LimitExceeded,
            $"Expected a file of at most {maxBytes} bytes, got a larger one; cut it, or raise Server:Limits:MaxUploadBytes.");
}
