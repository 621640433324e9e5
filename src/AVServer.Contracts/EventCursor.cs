using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace AVServer.Contracts;

/// <summary>
/// A place among one stream's events, on the wire <c>epoch:sequence</c>: who names the last one that he has as <c>after</c> gets what came
/// later.
/// </summary>
/// <param name="Epoch">
/// Which log the number is of, 1 to <see cref="MaxEpochLength"/> small letters and digits; another one where a stream's log began anew.
/// Clients compare it and nothing else.
/// </param>
/// <param name="Sequence">Number within the epoch, from 1, without gaps; 0 stands before the first event.</param>
[JsonConverter(typeof(EventCursorConverter))]
public readonly record struct EventCursor(string Epoch, long Sequence) : IParsable<EventCursor>
{
    /// <summary>Longest epoch in characters.</summary>
    public const int MaxEpochLength = 32;

    private const int LongestQuote = 40;

    private static readonly SearchValues<char> EpochCharacters = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz");

    /// <summary>Before everything: who reads after it gets all that can still be had. On the wire <c>0:0</c>.</summary>
    public static EventCursor Start { get; } = new("0", 0);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is no cursor; the message says what was expected and what came.</exception>
    public static EventCursor Parse(string? text) => TryParse(text, out var cursor)
        ? cursor
        : throw new FormatException(
            $"Expected a cursor like '0198c1f2a3b47d51:17', as an event's 'cursor' tells it, or '{Start}' for all that is kept; got "
            + $"{Quote(text)}.");

    /// <inheritdoc cref="Parse(string)"/>
    public static EventCursor Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <returns>Whether it is a cursor.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out EventCursor cursor)
    {
        cursor = default;
        if (text is null) return false;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon is < 1 or > MaxEpochLength || text.AsSpan(0, colon).ContainsAnyExcept(EpochCharacters)) return false;
        var number = text.AsSpan(colon + 1);
        // One place, one text: cursors are compared as they are written.
        if (number.Length > 1 && number[0] == '0') return false;
        // What reads numbers passes over zero characters behind them.
        if (number.ContainsAnyExceptInRange('0', '9')) return false;
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)) return false;
        cursor = new EventCursor(text[..colon], sequence);
        return true;
    }

    /// <inheritdoc cref="TryParse(string, out EventCursor)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out EventCursor result) =>
        TryParse(s, out result);

    /// <summary>The form of the wire, <c>epoch:sequence</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}:{Sequence}");

    private static string Quote(string? text) => text switch
    {
        null => "nothing",
        { Length: > LongestQuote } => $"{text.Length} characters that are none",
        _ => $"'{text}'",
    };
}
