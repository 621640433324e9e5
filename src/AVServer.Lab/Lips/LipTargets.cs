using AVServer.Detection;

namespace AVServer.Lab.Lips;

/// <summary>From what is heard to what each picture should show.</summary>
/// <param name="states">Phones of the teacher.</param>
/// <param name="alignmentShare">How much the alignment counts; the rest is what the teacher hears freely.</param>
internal sealed class LipTargets(PhoneStates states, double alignmentShare)
{
    // The scores are flat by nature.
    private const double Sharpness = 2;

    // A picture shows 40 ms; each is summed over ten parts of it.
    private const int Parts = 10;

    /// <summary>Phones that lips are asked for: those of speech, and behind them one for all silence and noise.</summary>
    public IReadOnlyList<string> Labels { get; } =
        [.. states.Phones.Where((_, phone) => !states.IsSilence[phone]), "SIL"];

    /// <summary>By phone of the teacher, its label.</summary>
    public IReadOnlyList<int> LabelOf { get; } = LabelsOf(states);

    /// <summary>The shares of the labels in each picture.</summary>
    /// <param name="spoken">What is spoken.</param>
    /// <param name="pictures">How many pictures.</param>
    /// <param name="delay">Pictures by which they come behind the sound.</param>
    /// <returns>[pictures, labels]: what is learnt from, and the alignment alone.</returns>
    public (float[] Targets, float[] Aligned) Of(SpokenPhones spoken, int pictures, int delay)
    {
        var count = Labels.Count;
        var (targets, aligned) = (new float[pictures * count], new float[pictures * count]);
        var heard = new float[count];
        for (var picture = 0; picture < pictures; picture++)
            for (var part = 0; part < Parts; part++)
            {
                var seconds = (picture - delay + ((part + 0.5) / Parts)) / TalkingFace.Fps;
                var frame = (int)Math.Round(seconds / PhoneScores.FrameSeconds);
                var label = count - 1;
                if (frame >= 0 && frame < spoken.Scores.Frames)
                {
                    label = LabelOf[spoken.Phones[frame]];
                    Hear(spoken.Scores, frame, heard);
                    for (var i = 0; i < count; i++)
                        targets[(picture * count) + i] += (float)((1 - alignmentShare) * heard[i] / Parts);
                }
                else
                {
                    targets[(picture * count) + label] += (float)((1 - alignmentShare) / Parts);
                }
                targets[(picture * count) + label] += (float)(alignmentShare / Parts);
                aligned[(picture * count) + label] += 1f / Parts;
            }
        return (targets, aligned);
    }

    // Posteriors of the labels by the teacher's scores alone.
    private void Hear(PhoneScores scores, int frame, float[] heard)
    {
        Array.Fill(heard, float.NegativeInfinity);
        for (var phone = 0; phone < scores.Phones; phone++)
        {
            ref var value = ref heard[LabelOf[phone]];
            value = Math.Max(value, Math.Max(scores.Enter(frame, phone), scores.Stay(frame, phone)));
        }
        var (highest, sum) = (heard.Max(), 0f);
        for (var i = 0; i < heard.Length; i++) sum += heard[i] = (float)Math.Exp(Sharpness * (heard[i] - highest));
        for (var i = 0; i < heard.Length; i++) heard[i] /= sum;
    }

    private static int[] LabelsOf(PhoneStates states)
    {
        var (labels, next) = (new int[states.Phones.Count], 0);
        for (var phone = 0; phone < labels.Length; phone++) labels[phone] = states.IsSilence[phone] ? -1 : next++;
        return [.. labels.Select(label => label < 0 ? next : label)];
    }
}
