using AVServer.Contracts;
using AVServer.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AVServer.Media.Tests;

[Trait("Category", "unit")]
public sealed class MediaOptionsTests
{
    [Fact]
    public void Defaults_are_valid_and_services_resolve()
    {
        using var provider = Build([]);
        Assert.NotNull(provider.GetRequiredService<MediaDecoder>());
        Assert.NotNull(provider.GetRequiredService<MediaFile>());
        Assert.NotNull(provider.GetRequiredService<FfmpegAvailability>());
    }

    [Fact]
    public void Configured_values_are_bound_and_the_others_keep_their_default()
    {
        using var provider = Build(new() { ["Media:File:MaxDuration"] = "00:30:00", ["Media:FfmpegPath"] = "/opt/ffmpeg" });
        var options = provider.GetRequiredService<IOptions<MediaOptions>>().Value;
        Assert.Equal(
            (TimeSpan.FromMinutes(30), 2L << 30, "/opt/ffmpeg"),
            (options.File.MaxDuration, options.File.MaxInputBytes, options.FfmpegPath));
    }

    [Fact]
    public void Streams_last_as_long_as_they_come_and_files_have_an_end()
    {
        using var provider = Build(new() { ["Media:Stream:MaxChunkBytes"] = "2048" });
        var options = provider.GetRequiredService<IOptions<MediaOptions>>().Value;
        var (stream, file) = (options.Stream, options.File);
        Assert.Equal(
            (null, null, 1d, FaultCodes.StreamLimit),
            (stream.MaxDuration, stream.MaxInputBytes, stream.DecoderCpuShare, stream.TooLongCode));
        Assert.Equal(
            (TimeSpan.FromHours(4), 2L << 30, 0d, FaultCodes.LimitExceeded),
            (file.MaxDuration, file.MaxInputBytes, file.DecoderCpuShare, file.TooLongCode));
    }

    [Theory]
    [InlineData("Media:Stream:MaxDuration", "00:00:00")]
    [InlineData("Media:Stream:MaxChunkBytes", "0")]
    [InlineData("Media:File:MaxDuration", "00:00:00")]
    [InlineData("Media:FfmpegPath", "")]
    public void Value_out_of_bounds_is_refused(string key, string value)
    {
        using var provider = Build(new() { [key] = value });
        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<MediaOptions>>().Value);
    }

    [Fact]
    public async Task Ffmpeg_of_this_machine_is_found() =>
        Assert.Null(await new FfmpegAvailability(Media.Options).FindProblemAsync(CancellationToken.None));

    [Fact]
    public async Task Absent_ffmpeg_is_named_with_what_to_do()
    {
        string? problem = await new FfmpegAvailability(new MediaOptions { FfmpegPath = "/nowhere/ffmpeg" })
            .FindProblemAsync(CancellationToken.None);
        Assert.NotNull(problem);
        Assert.Contains("Media:FfmpegPath", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Absent_ffprobe_is_named_too()
    {
        using var folder = new TemporaryFolder();
        string ffmpeg = Path.Combine(folder.Path, "ffmpeg");
        var onPath = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .Select(directory => Path.Combine(directory, "ffmpeg"));
        File.CreateSymbolicLink(ffmpeg, onPath.First(File.Exists));
        string? problem = await new FfmpegAvailability(new MediaOptions { FfmpegPath = ffmpeg }).FindProblemAsync(CancellationToken.None);
        Assert.Contains("ffprobe", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ffprobe version 5.1.9-0+deb12u1 Copyright (c)", true)]
    [InlineData("ffmpeg version 5.1.9-0+deb12u1 Copyright (c)", true)]
    [InlineData("ffmpeg version n7.0 Copyright (c)", true)]
    [InlineData("ffmpeg version N-112233-gabcdef Copyright (c)", true)]
    [InlineData("ffmpeg version 4.4.2 Copyright (c)", false)]
    [InlineData("something else entirely", false)]
    public void Version_answer_is_judged(string answer, bool usable) =>
        Assert.Equal(usable, FfmpegAvailability.ProblemOf(answer, "ffmpeg") is null);

    private static ServiceProvider Build(Dictionary<string, string?> settings) =>
        new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).AddMedia()
            .BuildServiceProvider();
}
