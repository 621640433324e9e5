using System.Text.Json;

namespace AVServer.Contracts.Tests;

[Trait("Category", "unit")]
public sealed class EventCursorTests
{
    [Theory]
    [InlineData("0:0", "0", 0)]
    [InlineData("0198c1f2a3b47d51:17", "0198c1f2a3b47d51", 17)]
    [InlineData("history:9223372036854775807", "history", long.MaxValue)]
    public void Cursor_is_read_as_it_was_written(string text, string epoch, long sequence)
    {
        var cursor = EventCursor.Parse(text);
        Assert.Equal(new EventCursor(epoch, sequence), cursor);
        Assert.Equal(text, cursor.ToString());
        Assert.Equal($"\"{text}\"", JsonSerializer.Serialize(cursor, ContractsJson.Options));
        Assert.Equal(cursor, JsonSerializer.Deserialize<EventCursor>($"\"{text}\"", ContractsJson.Options));
        Assert.Equal(cursor, JsonSerializer.Deserialize<EventCursor?>($"\"{text}\"", ContractsJson.Options));
    }

    [Theory]
    [InlineData(null, "got nothing")]
    [InlineData("", "got ''")]
    [InlineData("17", "got '17'")]
    [InlineData(":17", "got ':17'")]
    [InlineData("a:", "got 'a:'")]
    [InlineData("a:-1", "got 'a:-1'")]
    [InlineData("a:+1", "got 'a:+1'")]
    [InlineData("a: 1", "got 'a: 1'")]
    [InlineData("a:01", "got 'a:01'")]
    [InlineData("a:1:2", "got 'a:1:2'")]
    [InlineData("A:1", "got 'A:1'")]
    [InlineData("a b:1", "got 'a b:1'")]
    [InlineData("a:9223372036854775808", "got 'a:9223372036854775808'")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:1", "got 'a")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:1", "got 58 characters that are none")]
    public void Anything_else_is_refused_with_what_was_expected_and_what_came(string? text, string got)
    {
        Assert.False(EventCursor.TryParse(text, out _));
        var error = Assert.Throws<FormatException>(() => EventCursor.Parse(text));
        Assert.StartsWith("Expected a cursor like '0198c1f2a3b47d51:17'", error.Message, StringComparison.Ordinal);
        Assert.Contains(got, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("17")]
    [InlineData("{}")]
    [InlineData("\"17\"")]
    public void Numbers_of_before_there_were_cursors_are_refused_in_json_too(string json)
    {
        var filter = $$"""{"streamId":"s","after":{{json}}}""";
        var error = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<EventFilter>(filter, ContractsJson.Options));
        Assert.Contains("Expected a cursor like", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Event_without_a_cursor_has_number_0() => Assert.Equal(0, new FaultEvent("badChunk", "…").Sequence);
}
