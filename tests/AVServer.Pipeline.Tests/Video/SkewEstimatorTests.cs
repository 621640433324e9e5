using AVServer.Contracts;
using AVServer.Media;
using AVServer.Runtime;
using AVServer.Signal;
using AVServer.TestKit;
using AVServer.Vision;

namespace AVServer.Pipeline.Tests.Video;

[Trait("Category", "slow")]
public sealed class SkewEstimatorTests(ITestOutputHelper output) : IDisposable
{
    private readonly GridMedia _media = new();

    public void Dispose() => _media.Dispose();

    [CorporaFact]
    public async Task Skew_of_real_talkers_is_found_or_left_alone_and_never_wrong()
    {
        using var models = new FaceModels(ModelStore.Open(TestPaths.Models));
        int found = 0, asked = 0, wrong = 0;
        float[]? othersOpenings = null;
        foreach (var talker in (string[])["s2", "s3", "s4", "s5", "s30"])
        {
            var (levels, openings) = await MeasureAsync(
                models, _media.Join([.. Enumerable.Range(0, 6).Select(i => GridMedia.Clip(talker, i))]));
            if (othersOpenings is not null)
            {
                var mismatched = new SkewEstimator();
                for (var i = 0; i < Math.Min(levels.Length, othersOpenings.Length); i++)
                    mismatched.Next(levels[i], othersOpenings[i], voice: true);
                output.WriteLine($"{talker} with another's lips: {mismatched.Skew}");
                if (mismatched.Skew != 0) wrong++;
            }
            othersOpenings = openings;
            foreach (var skew in (int[])[0, 10, -6, 5])
            {
                var estimator = new SkewEstimator();
                for (var i = 12; i < Math.Min(levels.Length, openings.Length) - 12; i++)
                    estimator.Next(levels[i], openings[i - skew], voice: true);

                output.WriteLine($"{talker}, {skew} slots: {estimator.Skew}");
                if (estimator.Skew != 0) Assert.InRange(estimator.Skew, skew - 1, skew + 1);
                if (estimator.IsSure)
                    Assert.InRange(skew, estimator.Skew - SkewEstimator.LeastSkew, estimator.Skew + SkewEstimator.LeastSkew);
                else Assert.Equal(0, estimator.Skew);
                if (skew == 0) continue;
                asked++;
                if (estimator.Skew != 0) found++;
            }
        }
        Assert.True(found >= 0.7 * asked, $"{found} of {asked} found");
        Assert.True(wrong == 0, $"{wrong} of 4 with another's lips");
    }

    [Fact]
    public void Lips_that_have_nothing_to_do_with_the_sound_change_nothing()
    {
        var changed = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var estimator = new SkewEstimator();
            for (var i = 0; i < 1500; i++) estimator.Next(random.NextSingle(), random.NextSingle(), voice: true);
            if (estimator.Skew != 0) changed++;
        }
        Assert.True(changed == 0, $"{changed} of 20 minutes");
    }

    [Fact]
    public void Silence_says_nothing()
    {
        var random = new Random(3);
        var estimator = new SkewEstimator();
        var past = new Queue<float>(Enumerable.Repeat(0f, 8));
        for (var i = 0; i < 1500; i++)
        {
            past.Enqueue(random.NextSingle());
            Assert.Equal(0, estimator.Next(past.Last(), past.Dequeue(), voice: false));
        }
    }

    [CorporaFact]
    public async Task Sound_400_ms_ahead_is_matched_to_its_lips_after_some_seconds()
    {
        using var test = PipelineUnderTest.WithAudioVisual(new FakeAudioVisual { AudioCentre = 1, Gain = 2, RefractorySeconds = 1.5 });
        var five = _media.Join([.. Enumerable.Range(0, 6).Select(i => GridMedia.Clip("s2", i))]);
        var path = _media.Make(
            "mkv", "-i", five, "-filter_complex", "[0:a]atrim=start=0.4,asetpts=PTS-STARTPTS[a]", "-map", "0:v", "-map", "[a]");

        var events = (await test.ScoreAsync(path)).Events;
        var words = events.OfType<WakeWordEvent>().ToList();

        output.WriteLine(
            string.Join(
                "; ", words.Select(word => $"{word.End.TotalSeconds:F2} {word.Modality} +{(word.DetectedAt - word.End).TotalSeconds:F3}")));
        Assert.Equal(6, words.Count);
        // At the very first the lips haven't moved yet when the sound is there.
        Assert.All(words.Skip(1), word => Assert.Equal(Modality.AudioVisual, word.Modality));
        // What is waited for tells what the sound is matched with.
        Assert.Equal(0.04, (words[1].DetectedAt - words[1].End).TotalSeconds, 0.02);
        Assert.Equal(0.44, (words[^1].DetectedAt - words[^1].End).TotalSeconds, 0.06);
        // And the face's events say so, once it is known.
        var faces = events.OfType<FaceEvent>().Where(face => face.Visible).ToList();
        Assert.Null(faces[0].Delay);
        Assert.Equal(0.4, faces[^1].Delay!.Value.TotalSeconds, 0.06);
    }

    /// <summary>The sound's level and the lips' opening, by slot.</summary>
    private static async Task<(float[] Levels, float[] Openings)> MeasureAsync(FaceModels models, string path)
    {
        var tracker = models.CreateTracker();
        using var reader = new PictureReader();
        var openings = new List<float>();
        var fbank = new OnlineFbank(new FbankComputer(new FbankOptions()), 3200);
        var levels = new List<float>();
        var frame = new float[80];
        await foreach (var item in new MediaFile(new MediaOptions()).DecodeAsync(path, video: new VideoOutput(PixelFormat.Bgr24)))
        {
            if (item is VideoFrame picture)
                openings.Add(
                    tracker.Next(reader.ReadPixels(picture.Pixels.Span, picture.Width, picture.Height, 3), picture.Time)[0].LipOpening);
            else if (item is AudioBlock block)
                for (var at = 0; at < block.Samples.Length; at += 1600)
                {
                    fbank.AcceptSamples(block.Samples.Span[at..Math.Min(at + 1600, block.Samples.Length)]);
                    while (fbank.TryRead(frame)) levels.Add(SpeakerSkew.LevelOf(frame));
                }
        }
        return ([.. levels.Chunk(4).Select(frames => frames.Average())], [.. openings]);
    }
}
