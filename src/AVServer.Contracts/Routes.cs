namespace AVServer.Contracts;

/// <summary>Paths that the server answers.</summary>
public static class Routes
{
    public const string Media = "/media/{streamId}";
    public const string EventsHub = "/hubs/events";
    public const string Events = "/api/events";
    public const string EventHistory = "/api/events/history";
    public const string Clips = "/api/clips";
    public const string Backup = "/api/backup";
    public const string Score = "/api/score";
    public const string Jobs = "/api/jobs";
    public const string GivenUpJobs = "/api/jobs/given-up";
    public const string Streams = "/api/streams";
    public const string Stream = "/api/streams/{streamId}";
    public const string Sources = "/api/sources";
    public const string Models = "/api/models";
    public const string Keywords = "/api/keywords";
    public const string KeywordRecordings = "/api/keywords/{name}/recordings";
    public const string Tokens = "/api/tokens";
    public const string HealthLive = "/health/live";
    public const string HealthReady = "/health/ready";
    public const string Metrics = "/metrics";
    public const string OpenApi = "/openapi/v1.json";
}

/// <summary>Names of the hub's methods and of the push that <c>Watch</c> starts.</summary>
public static class HubMethods
{
    public const string Subscribe = "Subscribe";
    public const string Position = "Position";
    public const string Watch = "Watch";
    public const string WatchAfter = "WatchAfter";
    public const string Unwatch = "Unwatch";
    public const string Publish = "Publish";
    public const string Job = "Job";

    /// <summary>Client method that receives a <see cref="StreamEvent"/> of a watched stream.</summary>
    public const string OnEvent = "event";
}
