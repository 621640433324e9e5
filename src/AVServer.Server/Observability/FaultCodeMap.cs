using System.Net.WebSockets;
using AVServer.Contracts;

namespace AVServer.Server.Observability;

/// <summary>What a fault's code becomes on each transport.</summary>
internal static class FaultCodeMap
{
    /// <summary>HTTP status of a problem with this code.</summary>
    public static int ToStatus(string code) => code switch
    {
        FaultCodes.BadRequest or FaultCodes.BadKeyword or FaultCodes.BadHello or FaultCodes.BadChunk or FaultCodes.TimeWentBack =>
            StatusCodes.Status400BadRequest,
        FaultCodes.Unauthorized => StatusCodes.Status401Unauthorized,
        FaultCodes.Forbidden or FaultCodes.ForbiddenOrigin or FaultCodes.ForbiddenAddress => StatusCodes.Status403Forbidden,
        FaultCodes.ForbiddenHost => StatusCodes.Status421MisdirectedRequest,
        FaultCodes.TooManyRequests => StatusCodes.Status429TooManyRequests,
        FaultCodes.NotFound or FaultCodes.UnknownModel => StatusCodes.Status404NotFound,
        FaultCodes.StreamBusy or FaultCodes.JobNotFinished or FaultCodes.JobGivenUp => StatusCodes.Status409Conflict,
        FaultCodes.LimitExceeded or FaultCodes.StreamLimit => StatusCodes.Status413PayloadTooLarge,
        FaultCodes.UnsupportedMedia => StatusCodes.Status415UnsupportedMediaType,
        FaultCodes.Undecodable => StatusCodes.Status422UnprocessableEntity,
        FaultCodes.SourceRefused or FaultCodes.SourceUnreachable => StatusCodes.Status502BadGateway,
        FaultCodes.ServerBusy or FaultCodes.ServerStopping => StatusCodes.Status503ServiceUnavailable,
        FaultCodes.NoRoom => StatusCodes.Status507InsufficientStorage,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Code of a problem that the framework made with this HTTP status.</summary>
    public static string FromStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => FaultCodes.Unauthorized,
        StatusCodes.Status403Forbidden => FaultCodes.Forbidden,
        StatusCodes.Status404NotFound => FaultCodes.NotFound,
        StatusCodes.Status413PayloadTooLarge => FaultCodes.LimitExceeded,
        StatusCodes.Status415UnsupportedMediaType => FaultCodes.UnsupportedMedia,
        StatusCodes.Status503ServiceUnavailable => FaultCodes.ServerBusy,
        StatusCodes.Status507InsufficientStorage => FaultCodes.NoRoom,
        >= 400 and < 500 => FaultCodes.BadRequest,
        _ => FaultCodes.Internal,
    };

    /// <summary>Close status of a media socket; 4000 and above are the application's own, built like the HTTP status.</summary>
    public static WebSocketCloseStatus ToCloseStatus(string code) => code switch
    {
        FaultCodes.ServerStopping => WebSocketCloseStatus.EndpointUnavailable,
        FaultCodes.Internal => WebSocketCloseStatus.InternalServerError,
        FaultCodes.Undecodable => (WebSocketCloseStatus)4400,
        FaultCodes.ServerBusy => (WebSocketCloseStatus)4503,
        _ => (WebSocketCloseStatus)(4000 + ToStatus(code)),
    };

    /// <summary>Close status of a media socket on which nothing came for too long.</summary>
    public const WebSocketCloseStatus IdleCloseStatus = (WebSocketCloseStatus)4408;
}
