using System.Text.Json;

namespace AVServer.Server.Delivery.Wyoming;

/// <summary>One message of the protocol: a line of JSON, perhaps more JSON, perhaps bytes.</summary>
/// <param name="Type">What it is, e.g. <c>audio-chunk</c>.</param>
/// <param name="Data">Its members, those of the line and of the JSON behind it together.</param>
/// <param name="Payload">Its bytes; owned by the receiver.</param>
internal sealed record WyomingMessage(string Type, IReadOnlyDictionary<string, JsonElement> Data, ReadOnlyMemory<byte> Payload)
{
    // Up to here every whole number is one of JSON's, too.
    private const double MaxNumber = 1L << 53;

    /// <summary>A member that must be a whole number, written as one or with a fraction of zero.</summary>
    /// <returns>Null where it is absent or <c>null</c>.</returns>
    /// <exception cref="WyomingException">It is something else.</exception>
    public long? Number(string name)
    {
        if (!Data.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)
            && Math.Abs(number) < MaxNumber && number % 1 == 0
            ? (long)number
            : throw new WyomingException($"Expected a whole number as '{name}' of {Type}, got something else.");
    }

    /// <summary>A member that must be a number; one with a fraction, as of clients that count in floats, is rounded.</summary>
    /// <returns>Null where it is absent or <c>null</c>.</returns>
    /// <exception cref="WyomingException">It is something else.</exception>
    public long? RoundedNumber(string name)
    {
        if (!Data.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && Math.Abs(number) < MaxNumber
            ? (long)Math.Round(number, MidpointRounding.AwayFromZero)
            : throw new WyomingException($"Expected a number as '{name}' of {Type}, got something else.");
    }

    /// <summary>A member that must be a text; null where it is absent or <c>null</c>.</summary>
    /// <exception cref="WyomingException">It is something else.</exception>
    public string? Text(string name)
    {
        if (!Data.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.String
            ? WyomingText.Read(value.GetString)
            : throw new WyomingException($"Expected a text as '{name}' of {Type}, got something else.");
    }

    /// <summary>A member that must be a list of texts; empty where it is absent or <c>null</c>.</summary>
    /// <exception cref="WyomingException">It is something else.</exception>
    public IReadOnlyList<string> Texts(string name)
    {
        if (!Data.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null) return [];
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? WyomingText.Read<IReadOnlyList<string>>(() => [.. value.EnumerateArray().Select(item => item.GetString()!)])
            : throw new WyomingException($"Expected a list of texts as '{name}' of {Type}, got something else.");
    }
}

/// <summary>Reads texts of JSON, of which half a character, or bytes that are none, is found out only here.</summary>
internal static class WyomingText
{
    /// <exception cref="WyomingException">A text can't be read, or <paramref name="read"/> refused what it read.</exception>
    public static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw new WyomingException("Expected JSON of whole characters, got a text with parts of some; send UTF-8.");
        }
    }
}

/// <summary>The peer broke the protocol; the message says what was expected and what came.</summary>
internal sealed class WyomingException(string message) : Exception(message);
