using System.Diagnostics;
using System.Globalization;
using AVServer.Media;
using AVServer.TestKit;

namespace AVServer.Benchmarks;

/// <summary>A talking face as a camera would send it: 640×480 JPEG pictures at 25 fps, and the sound.</summary>
/// <param name="Pictures">JPEG, one every 40 ms.</param>
/// <param name="Samples">16 kHz, as long as the pictures.</param>
/// <param name="WordEnds">Seconds at which the wake word ends.</param>
internal sealed record TalkingFace(IReadOnlyList<byte[]> Pictures, float[] Samples, IReadOnlyList<double> WordEnds)
{
    public const int SamplesPerPicture = 640;
    private const int ClipPictures = 75;
    private const string Keyword = "please";

    /// <summary>Sentences of one talker of GRID, one after another.</summary>
    /// <param name="talker">Such as <c>s2</c>.</param>
    /// <param name="clips">How many sentences of 3 s.</param>
    public static async Task<TalkingFace> LoadAsync(string talker, int clips)
    {
        var folder = Path.Combine(TestPaths.Corpora ?? throw new DirectoryNotFoundException("This benchmark needs the recordings: set AVSERVER_CORPORA to their folder."), "grid", talker);
        var (pictures, samples, ends) = (new List<byte[]>(), new List<float>(), new List<double>());
        foreach (var clip in Directory.GetFiles(folder, "*.mkv").Order(StringComparer.Ordinal).Take(clips))
        {
            var start = pictures.Count / 25.0;
            foreach (var line in File.ReadLines(Path.ChangeExtension(clip, ".align")).Select(line => line.Split(' ')).Where(fields => fields[2] == Keyword))
                ends.Add(start + (double.Parse(line[1], CultureInfo.InvariantCulture) / 25_000));
            pictures.AddRange(await PicturesAsync(clip));
            var sound = await new MediaFile(new MediaOptions()).ReadAudioAsync(clip, SpeechMaterial.SampleRateHz);
            Array.Resize(ref sound, ClipPictures * SamplesPerPicture);
            samples.AddRange(sound);
        }
        return new TalkingFace(pictures, [.. samples], ends);
    }

    /// <summary>The same face with its mouth shut: the pictures before the first word, to and fro, in silence.</summary>
    public TalkingFace Silent()
    {
        const int still = 6;
        byte[][] toAndFro = [.. Pictures.Take(still), .. Pictures.Take(still).Reverse()];
        return new TalkingFace([.. Enumerable.Range(0, Pictures.Count).Select(i => toAndFro[i % toAndFro.Length])], new float[Samples.Length], []);
    }

    private static async Task<IReadOnlyList<byte[]>> PicturesAsync(string clip)
    {
        var folder = Directory.CreateTempSubdirectory("av-bench-");
        try
        {
            using var ffmpeg = Process.Start("ffmpeg", ["-v", "error", "-nostdin", "-i", clip, "-vf", "scale=640:480", "-r", "25", "-q:v", "4", Path.Combine(folder.FullName, "%03d.jpg")]);
            await ffmpeg.WaitForExitAsync();
            var pictures = folder.GetFiles("*.jpg").OrderBy(file => file.Name, StringComparer.Ordinal).Take(ClipPictures).Select(file => File.ReadAllBytes(file.FullName)).ToList();
            while (pictures.Count < ClipPictures) pictures.Add(pictures[^1]);
            return pictures;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
