using AVServer.Lab.Commands;
using AVServer.Runtime;

namespace AVServer.Lab.Lips;

/// <summary>Talking faces, read, heard and labelled: all that a recipe names.</summary>
internal sealed class LipCorpus : IDisposable
{
    private LipCorpus(PhoneTeacher teacher, LipTargets targets, IReadOnlyList<LipClip> clips, IReadOnlyList<LipClip> judges) =>
        (Teacher, Targets, Clips, Judges) = (teacher, targets, clips, judges);

    /// <summary>Heard the recordings.</summary>
    public PhoneTeacher Teacher { get; }

    /// <summary>Labels of the pictures.</summary>
    public LipTargets Targets { get; }

    /// <summary>Recordings that teach.</summary>
    public IReadOnlyList<LipClip> Clips { get; }

    /// <summary>Recordings that only judge.</summary>
    public IReadOnlyList<LipClip> Judges { get; }

    /// <summary>Reads, listens, aligns, and finds how late the pictures are.</summary>
    public static async Task<LipCorpus> OpenAsync(
        LabFolders folders, LipPhoneRecipe recipe, Action<string> log, CancellationToken cancellationToken)
    {
        TorchSharp.torch.set_num_threads(recipe.Threads);
        var teacher = new PhoneTeacher(folders.Models, recipe.Teacher);
        var targets = new LipTargets(teacher.States, recipe.AlignmentShare);
        using var reader = new TalkingFaceReader(ModelStore.Open(folders.Models));
        var cache = new TalkingFaceCache(Path.Combine(folders.Work, "faces"));
        async Task<IReadOnlyList<LipClip>> Read(IReadOnlyList<FaceCorpus> corpora)
        {
            // Recordings of one talker may lie in two corpora of the same camera.
            var faces = new List<(FaceCorpus Corpus, TalkingFace Face)>();
            foreach (var corpus in corpora)
                faces.AddRange((await cache.ReadAsync(folders.Corpora, corpus, recipe, reader, log, cancellationToken))
                    .Select(face => (corpus, face)));
            var clips = faces.Where(read => read.Face.Seen.Count(seen => seen) > read.Face.Pictures / 2)
                .Select(read => (read.Corpus, Clip: Label(teacher, targets, read.Face)))
                .Where(read => read.Clip is not null).ToArray();
            log($"{string.Join(", ", corpora.Select(corpus => corpus.Set))}: {faces.Count} recordings, {clips.Length} of them labelled");
            return [.. clips.GroupBy(read => read.Corpus.OneCamera)
                .SelectMany(group => Shift([.. group.Select(read => read.Clip!)], targets, group.Key, log))];
        }
        return new LipCorpus(teacher, targets, await Read(recipe.Faces), await Read(recipe.Judges));
    }

    public void Dispose() => Teacher.Dispose();

    private static LipClip? Label(PhoneTeacher teacher, LipTargets targets, TalkingFace face)
    {
        var samples = new float[face.Samples.Length];
        for (var i = 0; i < samples.Length; i++) samples[i] = face.Samples[i] / 32768f;
        return teacher.Align(teacher.Listen(samples), face.Text) is { } spoken ? new LipClip(face, spoken, targets) : null;
    }

    // The targets of talkers whose pictures are late are late too; who isn't seen to say what is heard teaches nothing.
    private static IEnumerable<LipClip> Shift(LipClip[] clips, LipTargets targets, bool oneCamera, Action<string> log)
    {
        var talkers = clips.GroupBy(clip => clip.Talker)
            .Select(talker => (Clips: talker.ToArray(), Measured: LipClosures.Measure([.. talker], targets.Labels))).ToArray();
        var usual = Median(talkers.Where(talker => LipClosures.Agree(talker.Measured)).Select(talker => talker.Measured.Delay));
        foreach (var (own, measured) in talkers)
            log(FormattableString.Invariant(
                $"{own[0].Talker}: {own.Length} recordings, pictures {measured.Delay:F1} late, contrast {measured.Contrast:F2}"));
        foreach (var (own, measured) in talkers)
        {
            if (!oneCamera && !LipClosures.Agree(measured)) continue;
            var delay = (int)Math.Round(oneCamera ? usual : measured.Delay);
            foreach (var clip in own) yield return delay == 0 ? clip : new LipClip(clip.Face, clip.Spoken, targets, delay);
        }
        log(FormattableString.Invariant($"pictures are {usual:F2} late (median over talkers)"));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? 0 : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
