using AVServer.Speech;

namespace AVServer.Pipeline.Tests.Speech;

/// <summary>Understands "good" each half second of an utterance; takes as long as a test wants.</summary>
internal sealed class FakeTranscriber : ITranscriber
{
    private const int WordSamples = 8_000;

    private readonly ManualResetEventSlim _mayFinish = new(true);

    /// <summary>Streams that are open.</summary>
    public int Open;

    /// <summary>Lets the end of an utterance take until <see cref="Resume"/>.</summary>
    public void Pause() => _mayFinish.Reset();

    public void Resume() => _mayFinish.Set();

    ITranscription ITranscriber.Open()
    {
        Interlocked.Increment(ref Open);
        return new Stream(this);
    }

    public void Dispose()
    {
    }

    private sealed class Stream(FakeTranscriber transcriber) : ITranscription
    {
        private int _heard;

        public string Partial => string.Join(' ', Enumerable.Repeat("good", _heard / WordSamples));

        public void Accept(ReadOnlySpan<float> samples) => _heard += samples.Length;

        public IReadOnlyList<SpokenWord> Finish()
        {
            transcriber._mayFinish.Wait();
            var words = Enumerable.Range(0, _heard / WordSamples)
                .Select(i => new SpokenWord("good", TimeSpan.FromSeconds(i * 0.5), TimeSpan.FromSeconds((i * 0.5) + 0.4), 0.9f));
            (SpokenWord[] said, _heard) = ([.. words], 0);
            return said;
        }

        public void Dispose() => Interlocked.Decrement(ref transcriber.Open);
    }
}
