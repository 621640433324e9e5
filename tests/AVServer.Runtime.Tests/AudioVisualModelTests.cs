using AVServer.TestKit;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class AudioVisualModelTests : IDisposable
{
    private static readonly Presence[] Ways = [new(true, true), new(true, false), new(false, true)];

    private readonly TemporaryFolder _models = new();
    private readonly FakeAudioVisual _fake = new() { LipWeight = 4, RoiChannels = 3, RoiSize = 8 };
    private readonly StreamingModel _lips;
    private readonly DynamicBatcher _encoder;
    private readonly AudioVisualModel _model;

    public AudioVisualModelTests()
    {
        _fake.Write(_models.Path);
        var stored = ModelStore.Open(_models.Path).Get(_fake.Name);
        _lips = StreamingModel.LoadLips(stored);
        _encoder = new DynamicBatcher(_lips, new RuntimeOptions(), TimeProvider.System);
        _model = AudioVisualModel.Load(stored, _encoder);
    }

    public void Dispose()
    {
        _model.Dispose();
        _encoder.Dispose();
        _lips.Dispose();
        _models.Dispose();
    }

    [Fact]
    public void Window_is_judged_in_each_way_by_what_that_way_believes()
    {
        var posteriors = new float[3];
        var sound = new float[_model.FbankLength];
        sound.AsSpan(sound.Length - (4 * _fake.Recent * 80)).Fill(4);
        var rise = 4 - sound.Average();

        _model.Judge(sound, [.. Enumerable.Repeat(0.25f, _model.LipsLength)], Ways, posteriors);

        Assert.Equal(
            [_fake.Posterior(rise, 0.25f), _fake.Posterior(rise, null), _fake.Posterior(null, 0.25f)], posteriors,
            (a, b) => Math.Abs(a - b) < 1e-4f);
        Assert.Equal(3, posteriors.Distinct().Count());
    }

    [Fact]
    public void Window_of_another_length_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _model.Judge(new float[80], new float[_model.LipsLength], Ways, new float[3]));
        Assert.Throws<ArgumentException>(() => _model.Judge(new float[_model.FbankLength], new float[1], Ways, new float[3]));
        Assert.Throws<ArgumentException>(
            () => _model.Judge(new float[_model.FbankLength], new float[_model.LipsLength], Ways, new float[2]));
    }

    [Fact]
    public void Window_that_is_no_number_is_refused() => Assert.Throws<InferenceException>(() =>
        _model.Judge([.. Enumerable.Repeat(float.NaN, _model.FbankLength)], new float[_model.LipsLength], Ways, new float[3]));

    [Fact]
    public async Task Lip_features_belong_to_the_frame_two_before_and_the_first_frame_stands_before_the_stream()
    {
        float[] brightness = [0.1f, 0.2f, 0.3f, 0.4f, 0.5f];
        var state = _lips.CreateState();
        state.BeginWith(Frame(brightness[0]));
        var features = new List<float>();
        foreach (var frame in brightness)
        {
            var output = new float[_lips.OutputLength];
            await _encoder.RunAsync(state, Frame(frame), output);
            Assert.All(output, value => Assert.Equal(output[0], value));
            features.Add(output[0]);
        }

        Assert.Equal([0.1f, 0.1f, 0.1f, 0.2f, 0.3f], features, (a, b) => Math.Abs(a - b) < 1e-5f);
    }

    [Fact]
    public void Lip_state_begins_with_each_channel_in_its_own_place()
    {
        var frame = new float[3 * 64];
        for (var i = 0; i < frame.Length; i++) frame[i] = i / 64;
        var state = _lips.CreateState();

        state.BeginWith(frame);

        Assert.Equal([.. Enumerable.Range(0, 12 * 64).Select(i => (float)(i / 256))], state.Cache);
        Assert.Throws<ArgumentException>(() => state.BeginWith(new float[64]));
    }

    [Fact]
    public void Sound_manifest_has_no_errors_and_comes_back_as_it_went()
    {
        var manifest = ModelStore.Open(_models.Path).Get(_fake.Name).Manifest;

        Assert.Empty(manifest.Validate());
        Assert.Equal(manifest.ToJson(), ModelManifest.Parse(manifest.ToJson()).ToJson());
        Assert.Equal(ModelKind.AudioVisualSpotter, manifest.Kind);
    }

    [Fact]
    public void Manifest_with_several_faults_lists_each()
    {
        var manifest = ModelStore.Open(_models.Path).Get(_fake.Name).Manifest;
        var broken = manifest with
        {
            Calibration = manifest.AudioVisual!.Calibration,
            AudioVisual = manifest.AudioVisual with
            {
                RoiChannels = 2,
                AudioFrames = 100,
                StrideMs = 100,
                LipMeasures = 3,
                Calibration = new Dictionary<string, CalibrationTable> { ["smell"] = new("made up", 1, 1, [new(0.5, 1, 0.1)]) },
            },
        };

        Assert.Equal(
            ["audioVisual.audioFrames", "audioVisual.calibration.smell", "audioVisual.lipMeasures", "audioVisual.roiChannels",
                "audioVisual.strideMs", "calibration", "calibration.audio", "calibration.audioVisual", "calibration.visual"],
            broken.Validate().Select(error => error[..error.IndexOf(':', StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
        Assert.Contains(
            manifest with { AudioVisual = null } is var without ? without.Validate()
                : [], error => error.StartsWith("audioVisual: expected", StringComparison.Ordinal));
    }

    [Fact]
    public void Threshold_of_each_modality_comes_from_its_own_table()
    {
        var stored = ModelStore.Open(_models.Path).Get(_fake.Name);

        Assert.All(AudioVisualSpec.Modalities, modality => Assert.Equal(0.8, stored.ModalityThresholdFor(modality).Threshold, 1e-6));
        Assert.Equal(0.9, stored.ModalityThresholdFor(AudioVisualSpec.Audio, 0.1).Threshold, 1e-6);
        Assert.Equal(
            ModelProblemCode.NotCalibrated,
            Assert.Throws<ModelStoreException>(() => stored.ModalityThresholdFor("smell")).Problems[0].Code);
    }

    private float[] Frame(float brightness) => [.. Enumerable.Repeat(brightness, _lips.InputLength)];
}
