using AVServer.Detection;

namespace AVServer.Lab.Lips;

/// <summary>What the teacher hears in a recording: by frame of 30 ms, the best score of each phone's first and later frames.</summary>
/// <param name="enter">[frames, phones].</param>
/// <param name="stay">[frames, phones].</param>
/// <param name="phones">Number of phones.</param>
internal sealed class PhoneScores(float[] enter, float[] stay, int phones)
{
    /// <summary>Seconds from one frame to the next; the middle of frame 0 lies at 0.</summary>
    public const double FrameSeconds = 0.03;

    /// <summary>Number of frames.</summary>
    public int Frames => enter.Length / phones;

    /// <summary>Number of phones.</summary>
    public int Phones => phones;

    /// <summary>Reads them off a network's outputs.</summary>
    /// <param name="states">Outputs of the phones.</param>
    /// <param name="outputs">[frames, width].</param>
    /// <param name="width">States of an output.</param>
    /// <param name="frames">How many of the frames count.</param>
    public static PhoneScores Of(PhoneStates states, ReadOnlySpan<float> outputs, int width, int frames)
    {
        var count = states.Phones.Count;
        var (enter, stay) = (new float[frames * count], new float[frames * count]);
        for (var frame = 0; frame < frames; frame++)
        {
            var scores = outputs.Slice(frame * width, width);
            for (var phone = 0; phone < count; phone++)
            {
                enter[(frame * count) + phone] = Best(scores, states.Enter(phone));
                stay[(frame * count) + phone] = Best(scores, states.Stay(phone));
            }
        }
        return new PhoneScores(enter, stay, count);
    }

    /// <summary>Score of a phone's first frame.</summary>
    public float Enter(int frame, int phone) => enter[(frame * phones) + phone];

    /// <summary>Score of a phone's later frames.</summary>
    public float Stay(int frame, int phone) => stay[(frame * phones) + phone];

    private static float Best(ReadOnlySpan<float> scores, ReadOnlySpan<int> outputs)
    {
        var best = float.NegativeInfinity;
        foreach (var output in outputs) best = Math.Max(best, scores[output]);
        return best;
    }
}
