using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;

namespace AVServer.Lab.Tests.AudioVisual;

[Trait("Category", "unit")]
public sealed class WindowPlanTests
{
    private static readonly AudioVisualClip[] Clips =
        [.. Enumerable.Range(0, 12).Select(i => MadeUp.Clip(i % 2 == 0 ? MadeUp.Keyword : "again", i))];
    private static readonly WindowPlan Plan = new(Clips);

    /// <summary>How much of the keyword a window shows, seconds.</summary>
    private static double ShownOfKeyword(AudioVisualWindow window) =>
        Enumerable.Range(0, 2560).Select(ms => window.At(ms / 1000.0, 1, 1)).Count(moment =>
            moment.IsShown && (moment.IsBefore ? window.Before! : window.Clip).Keyword is { } said && moment.Seconds >= said.StartSeconds
                && moment.Seconds < said.EndSeconds) / 1000.0;

    [Fact]
    public void Only_windows_labelled_so_show_the_whole_keyword()
    {
        var random = new Random(1);
        for (var i = 0; i < 400; i++)
        {
            var clip = Clips[random.Next(Clips.Length)];
            var window = i % 2 == 0 ? Plan.FinalWordWindow(clip, random) : Plan.OtherWordWindow(clip, random);
            var length = 0.3 + (0.01 * Array.IndexOf(Clips, clip));
            if (window.IsKeyword) Assert.InRange(ShownOfKeyword(window), length - 0.003, length + 0.003);
            else Assert.InRange(ShownOfKeyword(window), 0, (0.4 * length) + 0.003);
            Assert.Equal(i % 2 == 0 && clip.Keyword is not null, window.IsKeyword);
        }
    }

    [Fact]
    public void Where_the_word_ends_and_what_is_before_it_say_nothing_of_the_label()
    {
        var random = new Random(2);
        var windows = Enumerable.Range(0, 6_000).Select(i => Plan.FinalWordWindow(Clips[i % Clips.Length], random))
            .ToLookup(window => window.IsKeyword);
        double Far(Func<AudioVisualWindow, double> of) => Math.Abs(windows[true].Average(of) - windows[false].Average(of));
        Assert.True(Far(window => window.Lag) < 0.02);
        Assert.True(Far(window => window.From > 0 ? 1 : 0) < 0.05);
        Assert.True(Far(window => window.Before is null ? 1 : 0) < 0.05);
        Assert.All(windows.SelectMany(group => group), window => Assert.InRange(window.Lag, 0.04, WindowPlan.MaxLag));
        Assert.Contains(windows[true], window => window.Before is not null);
    }

    [Fact]
    public void Earlier_words_end_windows_without_the_keyword()
    {
        var random = new Random(3);
        for (var i = 0; i < 100; i++)
        {
            var window = WindowPlan.EarlierWindow(Clips[i % Clips.Length], 0.5, random);
            Assert.False(window.IsKeyword);
            Assert.InRange(ShownOfKeyword(window), 0, 0.4 * 0.42);
        }
    }

    [Fact]
    public void Window_ends_a_lag_after_its_word_at_any_speed()
    {
        var window = WindowPlan.RecordedWindow(Clips[1], lag: 0.25);
        var end = Clips[1].Words[^1].EndSeconds;
        Assert.Equal(end + 0.25, window.At(AudioVisualWindow.Seconds, 1, 1).Seconds, 9);
        Assert.Equal(end, window.At(AudioVisualWindow.Seconds - 0.25, 1.2, 1).Seconds, 9);
        Assert.Equal(end - (0.75 * 1.2), window.At(AudioVisualWindow.Seconds - 1, 1.2, 1).Seconds, 9);
    }

    [Fact]
    public void Recording_before_meets_the_cut()
    {
        var window = WindowPlan.RecordedWindow(Clips[1], 0.2) with { From = 1.0, Before = Clips[3], BeforeEnd = 0.8 };
        var cut = AudioVisualWindow.Seconds - 0.2 - (Clips[1].Words[^1].EndSeconds - 1.0);
        Assert.False(window.At(cut + 1e-6, 1, 1).IsBefore);
        var before = window.At(cut - 0.1, 1, 1.5);
        Assert.True(before.IsBefore);
        Assert.Equal(0.8 - 0.15, before.Seconds, 6);
    }
}
