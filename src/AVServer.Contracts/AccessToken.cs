namespace AVServer.Contracts;

/// <summary>A token that ends by itself; sent where a key is.</summary>
/// <param name="Token">Its text, a secret.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="Scopes">What it is for.</param>
/// <param name="Streams">Streams that it may name.</param>
public sealed record AccessToken(string Token, DateTimeOffset ExpiresAt, IReadOnlyList<string> Scopes, IReadOnlyList<string> Streams);
