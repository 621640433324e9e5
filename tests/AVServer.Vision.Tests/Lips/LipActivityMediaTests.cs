using AVServer.TestKit;

namespace AVServer.Vision.Tests.Lips;

[Trait("Category", "slow")]
public sealed class LipActivityMediaTests(ITestOutputHelper output)
{
    // A photograph in an unsteady hand: turned, moved and with grain.
    private const string Handheld =
        "rotate=0.06*sin(2*PI*t*0.9):fillcolor=gray,crop=340:270:10+8*sin(2*PI*t*1.3):9+6*sin(2*PI*t*1.7),"
        + "scale=360:288,noise=alls=6:allf=t:all_seed=3";

    public static string[] Talkers { get; } = ["s1", "s2", "s3", "s5"];

    [CorporaFact]
    public void Lips_move_in_speech_and_rest_in_the_silence_after_it()
    {
        int speech = 0, moving = 0, silence = 0, movingInSilence = 0;
        foreach (var path in Talkers.SelectMany(talker => VideoClip.Grid(talker, 2)))
        {
            using var clip = VideoClip.Read(path);
            var (from, to) = SpokenFrames(Path.ChangeExtension(path, ".align"));
            var moves = Moves(clip);
            // The window, 15 pictures, has to be inside the speech, or behind it with some time for the mouth to close.
            for (var i = from + 15; i < Math.Min(to, moves.Count); i++)
            {
                speech++;
                if (moves[i]) moving++;
            }
            for (var i = to + 20; i < moves.Count; i++)
            {
                silence++;
                if (moves[i]) movingInSilence++;
            }
        }
        output.WriteLine($"moving in {moving} of {speech} pictures of speech, {movingInSilence} of {silence} of silence");
        Assert.InRange((double)moving / speech, 0.85, 1);
        Assert.InRange((double)movingInSilence / silence, 0, 0.1);
    }

    [CorporaFact]
    public void Lips_of_a_photograph_dont_move()
    {
        int pictures = 0, moving = 0;
        foreach (var talker in Talkers)
        {
            using var photo = VideoClip.Filter(
                360, 288, 25, "-i", VideoClip.Grid(talker, 1)[0], "-vf",
                $"select=eq(n\\,30),loop=loop=75:size=1:start=0,setpts=N/25/TB,{Handheld}", "-frames:v", "75");
            var moves = Moves(photo);
            pictures += moves.Count;
            moving += moves.Count(moves => moves);
        }
        output.WriteLine($"moving in {moving} of {pictures} pictures of photographs");
        Assert.InRange((double)moving / pictures, 0, 0.02);
    }

    [CorporaFact]
    public void Lips_of_a_frozen_video_stop()
    {
        using var frozen = VideoClip.Filter(
            360, 288, 25, "-i", VideoClip.Grid("s1", 1)[0], "-vf", "trim=end_frame=40,tpad=stop_mode=clone:stop_duration=2");
        var moves = Moves(frozen);
        Assert.Contains(true, moves.Take(40));
        Assert.DoesNotContain(true, moves.Skip(40 + 16));
    }

    private static List<bool> Moves(VideoClip clip)
    {
        var tracker = new FaceTracker(ShippedFaceModels.Detector, ShippedFaceModels.Mesh);
        return [.. Enumerable.Range(0, clip.Frames.Count)
            .Select(i => tracker.Next(clip.Frames[i], clip.Time(i)) is [{ LipsMove: true }, ..])];
    }

    /// <summary>First and last video frame of the words; GRID counts 1000 units a frame of 40 ms.</summary>
    private static (int From, int To) SpokenFrames(string align)
    {
        var lines = File.ReadAllLines(align).Select(line => line.Split(' ')).Where(line => line[2] is not ("sil" or "sp")).ToList();
        return (int.Parse(lines[0][0]) / 1000, int.Parse(lines[^1][1]) / 1000);
    }
}
