using AVServer.Server.Scoring;
using Microsoft.Extensions.Logging.Abstractions;

namespace AVServer.Server.Tests.Scoring;

[Trait("Category", "server")]
public sealed class SpoolTests
{
    [Fact]
    public async Task Files_of_a_killed_server_are_swept_those_of_a_running_one_are_not()
    {
        var spool = new Spool(TimeProvider.System, NullLogger<Spool>.Instance);
        var left = Path.Combine(Path.GetTempPath(), $"avserver-upload-{Guid.NewGuid():n}");
        var fresh = Path.Combine(Path.GetTempPath(), $"avserver-events-{Guid.NewGuid():n}");
        await File.WriteAllBytesAsync(left, [1]);
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddHours(-1));
        await File.WriteAllBytesAsync(fresh, [1]);
        await using var held = spool.Create("upload");
        File.SetLastWriteTimeUtc(held.Name, DateTime.UtcNow.AddHours(-1));
        try
        {
            Assert.True(spool.Sweep() > 0);
            Assert.False(File.Exists(left));
            Assert.True(File.Exists(fresh));   // perhaps just being made
            Assert.True(File.Exists(held.Name));
        }
        finally
        {
            File.Delete(fresh);
        }
    }
}
