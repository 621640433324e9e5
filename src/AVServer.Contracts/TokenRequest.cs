namespace AVServer.Contracts;

/// <summary>Asks for a token that ends by itself, for a browser or a visitor.</summary>
/// <param name="Scopes">
/// What it is for: <c>publish</c>, <c>subscribe</c>, <c>score</c>, <c>admin</c>. Absent: all that the asker may.
/// </param>
/// <param name="Streams">Streams that it may name, as ids or like <c>kitchen*</c>. Absent: all that the asker may.</param>
/// <param name="Seconds">How long it opens, 1 to 3,600. What was opened by it goes on.</param>
public sealed record TokenRequest(IReadOnlyList<string>? Scopes = null, IReadOnlyList<string>? Streams = null, int Seconds = 300);
