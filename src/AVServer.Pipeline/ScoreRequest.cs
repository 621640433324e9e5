namespace AVServer.Pipeline;

/// <summary>How a file is scored.</summary>
/// <param name="FileName">Name to put into the report.</param>
/// <param name="Posteriors">Whether the report carries posterior curves.</param>
/// <param name="Model">Only this keyword model, by name; absent: those that the configuration names.</param>
public sealed record ScoreRequest(string FileName, bool Posteriors = false, string? Model = null);
