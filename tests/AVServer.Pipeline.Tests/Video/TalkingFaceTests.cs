using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests.Video;

/// <summary>
/// Real faces through the whole pipeline. The model is a fake that says yes to loud sound and, if it is told to, to bright lips.
/// </summary>
[Trait("Category", "slow")]
public sealed class TalkingFaceTests(ITestOutputHelper output) : IDisposable
{
    private readonly GridMedia _media = new();

    public void Dispose() => _media.Dispose();

    [CorporaFact]
    public async Task Talking_face_is_told_of_and_read()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Hears);

        var report = await test.ScoreAsync(GridMedia.Clip("s2"));

        Print(report.Events);
        var faces = report.Events.OfType<FaceEvent>().ToList();
        Assert.All(faces, face => Assert.Equal((true, 1), (face.Visible, face.Face)));
        Assert.Equal(LipQuality.Good, faces[^1].Quality);
        Assert.Contains(faces, face => face.LipsMove == true);
        Assert.All(faces, face => Assert.InRange(face.Lips!.X, face.Box!.X, face.Box.X + face.Box.Width));
        Assert.True(
            faces.Zip(faces.Skip(1)).All(pair => pair.Second.Time - pair.First.Time >= TimeSpan.FromMilliseconds(250)),
            "at most four a second");
        var word = Assert.Single(report.Events.OfType<WakeWordEvent>());
        Assert.Equal((Modality.AudioVisual, "please", "fake-av"), (word.Modality, word.Keyword, word.Model.Name));
        Assert.Equal(["audio", "audioVisual", "visual"], word.Scores.Keys.Order());
        Assert.Equal(word.Posterior, word.Scores["audioVisual"]);
        Assert.InRange((word.DetectedAt - word.End).TotalSeconds, 0.01, 0.1);
        Assert.Equal(["fake-av/audio", "fake-av/audioVisual", "fake-av/visual"], report.Posteriors!.Select(curve => curve.Stage).Order());
        Assert.Equal(
            word.Posterior,
            report.Posteriors!.Single(
                curve => curve.Stage == "fake-av/audioVisual").Values[(int)Math.Round(word.End.TotalSeconds / 0.16) - 1]);
        Assert.True(report.MaxPosterior["please"] >= word.Posterior);
    }

    [CorporaFact]
    public async Task Sound_without_a_face_decides_alone()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Hears);
        var path = _media.Make(
            "mkv", "-i", GridMedia.Clip("s2"), "-f", "lavfi", "-i", "testsrc=size=360x288:rate=25:duration=3", "-map", "0:a", "-map",
            "1:v");

        var report = await test.ScoreAsync(path);

        Print(report.Events);
        Assert.False(Assert.Single(report.Events.OfType<FaceEvent>()).Visible);
        var word = Assert.Single(report.Events.OfType<WakeWordEvent>());
        Assert.Equal(Modality.Audio, word.Modality);
        Assert.Equal(["audio"], word.Scores.Keys);
    }

    [CorporaFact]
    public async Task Stream_without_pictures_is_left_to_other_models_unless_asked_for_by_name()
    {
        using var byDefault = PipelineUnderTest.WithAudioVisual(Hears);
        using var byName = PipelineUnderTest.WithAudioVisual(Hears, ("Pipeline:Keywords:0:Model", "fake-av"));
        var path = _media.Copy("mkv", "-i", GridMedia.Clip("s2"), "-vn");
        var samples = await new Media.MediaFile(new Media.MediaOptions()).ReadAudioAsync(path, 16_000);

        Assert.Empty((await byDefault.ScoreAsync(path)).Events);
        Assert.DoesNotContain(await byDefault.RunAsync(samples, () => 1280), happened => happened is WakeWordEvent or FaceEvent);
        var word = Assert.Single((await byDefault.ScoreAsync(path, "fake-av")).Events.OfType<WakeWordEvent>());
        Assert.Equal(Modality.Audio, word.Modality);
        Assert.Equal(word.End, Assert.Single((await byName.RunAsync(samples, () => 1280)).OfType<WakeWordEvent>()).End);
        Assert.True(Assert.Single(byName.Pipeline.Models, model => model.Name == "fake-av").Active);
    }

    [CorporaFact]
    public async Task File_that_is_only_heard_is_one_without_pictures()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Hears);
        var (path, soundOnly) = (GridMedia.Clip("s2"), _media.Copy("mkv", "-i", GridMedia.Clip("s2"), "-vn"));

        foreach (var model in (string?[])[null, "fake-av"])
        {
            var (heard, without) = (await test.ScoreAsync(path, model, video: false), await test.ScoreAsync(soundOnly, model));
            Assert.Equal(Serialised(without.Events), Serialised(heard.Events));
            Assert.Equal(without.MaxPosterior, heard.MaxPosterior);
        }
        Assert.Equal(
            Modality.Audio, Assert.Single((await test.ScoreAsync(path, "fake-av", video: false)).Events.OfType<WakeWordEvent>()).Modality);
    }

    [CorporaFact]
    public async Task Lips_without_any_sound_decide_alone()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Hears with { LipWeight = 20, LipCentre = 0.05f });
        var path = _media.Copy("mkv", "-i", GridMedia.Clip("s2"), "-an");

        var report = await test.ScoreAsync(path);

        Print(report.Events);
        var word = Assert.Single(report.Events.OfType<WakeWordEvent>());
        Assert.Equal(Modality.Visual, word.Modality);
        Assert.Equal(["visual"], word.Scores.Keys);
        Assert.Equal(3, report.DurationSeconds, 0.1);
    }

    [CorporaFact]
    public async Task Photograph_counts_as_no_face_to_read()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Hears);
        const string Handheld =
            "rotate=0.06*sin(2*PI*t*0.9):fillcolor=gray,crop=340:270:10+8*sin(2*PI*t*1.3):9+6*sin(2*PI*t*1.7),"
        + "scale=360:288,noise=alls=6:allf=t:all_seed=3";
        var path = _media.Make(
            "mkv", "-i", GridMedia.Clip("s2"), "-filter_complex",
            $"[0:v]select=eq(n\\,30),loop=loop=75:size=1:start=0,setpts=N/25/TB,{Handheld}[v]", "-map", "[v]", "-map", "0:a", "-frames:v",
            "75");

        var report = await test.ScoreAsync(path);

        Print(report.Events);
        Assert.Contains(report.Events.OfType<FaceEvent>(), face => face.Visible);
        Assert.Equal(Modality.Audio, Assert.Single(report.Events.OfType<WakeWordEvent>()).Modality);
    }

    [CorporaFact]
    public async Task Frozen_picture_is_no_longer_read_when_the_next_sentence_comes()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Hears);
        var two = _media.Join(GridMedia.Clip("s2"), GridMedia.Clip("s2", 1));
        var path = _media.Make("mkv", "-i", two, "-vf", "trim=end_frame=45,tpad=stop_mode=clone:stop_duration=4.2");

        var words = (await test.ScoreAsync(path)).Events.OfType<WakeWordEvent>().ToList();

        Assert.Equal([Modality.AudioVisual, Modality.Audio], words.Select(word => word.Modality));
    }

    [CorporaFact]
    public async Task Face_that_leaves_and_returns_gives_no_false_word()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Hears);
        var three = _media.Join(GridMedia.Clip("s2"), GridMedia.Clip("s2", 1), GridMedia.Clip("s2", 2));
        var path = _media.Make("mkv", "-i", three, "-vf", "drawbox=enable='between(t,2.6,5.5)':t=fill:color=gray");

        var events = (await test.ScoreAsync(path)).Events;

        Print(events);
        Assert.Equal([true, false, true], Changes(events.OfType<FaceEvent>().Select(face => face.Visible)));
        Assert.Equal(
            [Modality.AudioVisual, Modality.Audio, Modality.AudioVisual], events.OfType<WakeWordEvent>().Select(word => word.Modality));
    }

    [CorporaFact]
    public async Task Word_that_two_models_find_is_told_once_by_the_one_that_reads_lips_where_there_is_a_face()
    {
        using var test = PipelineUnderTest.WithSharedKeyword(
            Hears, new FakeSpotter { Centre = 18, Gain = 0.5f, Threshold = 0.8, RefractorySeconds = 2.5 });
        var seen = _media.Join(GridMedia.Clip("s2"), GridMedia.Clip("s2", 1));
        var unseen = _media.Make(
            "mkv", "-i", seen, "-f", "lavfi", "-i", "testsrc=size=360x288:rate=25:duration=6", "-map", "0:a", "-map", "1:v");
        var heard = _media.Copy("mkv", "-i", seen, "-vn");

        foreach (var (path, modality, model) in ((string, Modality, string)[])[(seen, Modality.AudioVisual, "fake-av"),
            (unseen, Modality.Audio, "fake-spotter"), (heard, Modality.Audio, "fake-spotter")])
        {
            // In the first second of the first sentence lips can't be read yet.
            var word = Assert.Single(
                (await test.ScoreAsync(path)).Events.OfType<WakeWordEvent>(), word => word.End > TimeSpan.FromSeconds(3));
            Assert.Equal((modality, model), (word.Modality, word.Model.Name));
        }
    }

    [CorporaFact]
    public async Task Of_two_faces_the_one_that_speaks_is_read()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Hears);
        foreach (var (filter, from, to) in ((string, float, float)[])[("[still][0:v]hstack", 0.5f, 1), ("[0:v][still]hstack", 0, 0.5f)])
        {
            var path = _media.Make(
                "mkv", "-i", GridMedia.Clip("s2"), "-i", GridMedia.Clip("s5"), "-filter_complex",
                $"[1:v]select=eq(n\\,1),loop=loop=75:size=1:start=0,setpts=N/25/TB[still];{filter}[v]", "-map", "[v]", "-map", "0:a",
                "-frames:v", "75");

            var faces = (await test.ScoreAsync(path)).Events.OfType<FaceEvent>().ToList();

            Print(faces);
            Assert.InRange(faces[^1].Box!.X + (faces[^1].Box!.Width / 2), from, to);
        }
    }

    [CorporaFact]
    public async Task Five_pictures_a_second_are_too_few_to_read_lips()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Hears);
        var path = _media.Make("mkv", "-i", GridMedia.Clip("s2"), "-vf", "fps=5");

        var events = (await test.ScoreAsync(path)).Events;

        Print(events);
        Assert.Equal(LipQuality.TooFewPictures, events.OfType<FaceEvent>().Last().Quality);
        Assert.Equal(Modality.Audio, Assert.Single(events.OfType<WakeWordEvent>()).Modality);
    }

    [CorporaFact]
    public async Task Rates_from_twelve_to_sixty_pictures_are_all_read()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Hears);
        foreach (var fps in (string[])["12", "15", "30000/1001", "60"])
        {
            var words =
                (await test.ScoreAsync(_media.Make("mkv", "-i", GridMedia.Clip("s2"), "-vf", $"fps={fps}"))).Events.OfType<WakeWordEvent>();

            Assert.Equal(Modality.AudioVisual, Assert.Single(words).Modality);
        }
    }

    [CorporaFact]
    public async Task Picture_of_a_phone_on_its_side_is_turned_upright()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Hears);
        var lying = _media.Make("mp4", "-i", GridMedia.Clip("s2"), "-vf", "transpose=2");
        var path = _media.Copy("mp4", "-i", lying, "-metadata:s:v", "rotate=270");

        var events = (await test.ScoreAsync(path)).Events;
        var alone = (await test.ScoreAsync(lying)).Events;

        Print(events);
        Assert.Equal(Modality.AudioVisual, Assert.Single(events.OfType<WakeWordEvent>()).Modality);
        Assert.NotEqual(Modality.AudioVisual, Assert.Single(alone.OfType<WakeWordEvent>()).Modality);
    }

    /// <summary>Yes to the loudest part of a sentence, whatever the lips do.</summary>
    private static FakeAudioVisual Hears { get; } = new() { AudioCentre = 1, Gain = 2, RefractorySeconds = 1.5 };

    private static List<T> Changes<T>(IEnumerable<T> values)
    {
        var changes = new List<T>();
        foreach (var value in values)
            if (changes.Count == 0 || !Equals(changes[^1], value)) changes.Add(value);
        return changes;
    }

    private static string[] Serialised(IEnumerable<StreamEvent> events) =>
        [.. events.Select(happened => System.Text.Json.JsonSerializer.Serialize(happened, ContractsJson.Options))];

    private void Print(IEnumerable<StreamEvent> events)
    {
        foreach (var happened in events) output.WriteLine(System.Text.Json.JsonSerializer.Serialize(happened, ContractsJson.Options));
    }
}
