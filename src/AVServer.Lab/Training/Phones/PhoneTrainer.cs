using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Training.Phones;

/// <summary>
/// Teaches a phone network to hear in noise what it heard without: its own clean scores are the targets, no label is needed.
/// </summary>
internal sealed class PhoneTrainer
{
    private readonly PhoneRecipe _recipe;
    private readonly PhoneNet _teacher;
    private readonly PhoneWindows _windows;
    private readonly PhoneCepstra _cepstra;
    private Task<(float[] Clean, float[] Heard)>? _next;
    private int _nextStep = -1;

    /// <param name="recipe">How.</param>
    /// <param name="teacher">Gives the targets; stays as it is.</param>
    /// <param name="model">Learns; begins with the teacher's weights.</param>
    /// <param name="windows">What is heard.</param>
    public PhoneTrainer(PhoneRecipe recipe, PhoneNet teacher, PhoneNet model, PhoneWindows windows)
    {
        (_recipe, _teacher, Model, _windows, _cepstra) = (recipe, teacher, model, windows, new PhoneCepstra(recipe.NoiseVariance));
        _teacher.eval();
    }

    public PhoneNet Model { get; }

    /// <summary>Loss of a step; its windows depend on the step's number alone.</summary>
    public Tensor Loss(int step)
    {
        var (clean, heard) = Take(step);
        var frames = _cepstra.FramesOf(_windows.Length);
        using var target = Score(_teacher, clean, frames, learns: false);
        using var got = Score(Model, heard, frames, learns: true);
        return Divergence(target, got, _recipe.Sharpness) + (Divergence(target, got, 1) * 2);
    }

    private Tensor Score(PhoneNet net, float[] cepstra, int frames, bool learns)
    {
        using var scope = NewDisposeScope();
        using var mode = set_grad_enabled(learns);
        return net.call(tensor(cepstra).reshape(_recipe.Batch, frames, _cepstra.Dim)).MoveToOuterDisposeScope();
    }

    // Kullback-Leibler divergence of the states' posteriors, mean over outputs.
    private static Tensor Divergence(Tensor target, Tensor got, double sharpness)
    {
        var (wanted, logGot) = (LogSoftmax(target * sharpness), LogSoftmax(got * sharpness));
        return (wanted.exp() * (wanted - logGot)).sum(1).mean();
    }

    private static Tensor LogSoftmax(Tensor scores) => nn.functional.log_softmax(scores, 1);

    // The next step's windows are made while this one is learnt from.
    private (float[] Clean, float[] Heard) Take(int step)
    {
        var batch = _nextStep == step ? _next!.GetAwaiter().GetResult() : Make(step);
        _nextStep = step + 1;
        _next = Task.Run(() => Make(step + 1));
        return batch;
    }

    private (float[] Clean, float[] Heard) Make(int step)
    {
        var size = _cepstra.FramesOf(_windows.Length) * _cepstra.Dim;
        var (clean, heard) = (new float[_recipe.Batch * size], new float[_recipe.Batch * size]);
        for (var i = 0; i < _recipe.Batch; i++)
        {
            var window = _windows.Draw(new Random(unchecked((((_recipe.Seed * 31) + step) * 1_009) + i)));
            _cepstra.Compute(window.Clean, clean.AsSpan(i * size, size));
            _cepstra.Compute(window.Heard, heard.AsSpan(i * size, size));
        }
        return (clean, heard);
    }
}
