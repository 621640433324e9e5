using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;
using static TorchSharp.torch.optim.lr_scheduler;

namespace TorchSharp.Tests;

[Trait("Category", "golden")]
public sealed class OptimizerGoldenTests
{
    /// <summary>All in double precision: only the order of a few operations differs.</summary>
    private const double Tolerance = 1e-9;

    private static readonly Dictionary<string, Func<Parameter[], Optimizer>> Optimizers = new()
    {
        ["SGD"] = p => SGD(p, 0.1),
        ["SGD momentum"] = p => SGD(p, 0.1, momentum: 0.9, dampening: 0.2, weight_decay: 0.05),
        ["SGD Nesterov"] = p => SGD(p, 0.1, momentum: 0.8, nesterov: true),
        ["Adam"] = p => Adam(p, 0.05),
        ["Adam decay"] = p => Adam(p, 0.05, 0.8, 0.95, 1e-6, weight_decay: 0.1),
        ["Adam amsgrad"] = p => Adam(p, 0.05, amsgrad: true),
        ["AdamW"] = p => AdamW(p, 0.05, weight_decay: 0.1),
    };

    private static readonly Dictionary<string, Func<Optimizer, LRScheduler>> Schedulers = new()
    {
        ["StepLR"] = o => StepLR(o, 5, 0.5),
        ["MultiStepLR"] = o => MultiStepLR(o, [3, 9, 9, 20], 0.3),
        ["ExponentialLR"] = o => ExponentialLR(o, 0.9),
        ["LambdaLR"] = o => LambdaLR(o, epoch => 1.0 / (1 + epoch)),
        ["ConstantLR"] = o => ConstantLR(o, 0.25, 6),
        ["LinearLR"] = o => LinearLR(o, 0.1, 0.8, 10),
        ["CosineAnnealingLR"] = o => CosineAnnealingLR(o, 15, 0.02),
        ["OneCycleLR"] = o => OneCycleLR(o, 0.9, total_steps: 24),
        ["OneCycleLR linear"] = o => OneCycleLR(o, 0.9, epochs: 6, steps_per_epoch: 4, pct_start: 0.5, anneal_strategy: AnnealStrategy.Linear, div_factor: 10, final_div_factor: 100),
    };

    public static TheoryData<string> OptimizerNames => [.. Optimizers.Keys];

    public static TheoryData<string> SchedulerNames => [.. Schedulers.Keys];

    [Theory]
    [MemberData(nameof(OptimizerNames))]
    public void Optimizer_takes_the_steps_of_PyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var golden = Golden.Read("torch/optimizers.dat");
        var parameter = new Parameter(golden["start"].clone());
        using var optimizer = Optimizers[name]([parameter]);
        Golden.Same(name, golden[name], stack(Enumerable.Range(0, 20).Select(_ => Step(optimizer, parameter, golden)).ToList()), Tolerance);
    }

    [Theory]
    [MemberData(nameof(OptimizerNames))]
    public void Optimizer_goes_on_from_a_saved_state_as_if_never_stopped(string name)
    {
        using var scope = NewDisposeScope();
        var golden = Golden.Read("torch/optimizers.dat");
        var parameter = new Parameter(golden["start"].clone());
        using var first = Optimizers[name]([parameter]);
        for (var step = 0; step < 10; step++) Step(first, parameter, golden);
        var file = Path.GetTempFileName();
        try
        {
            first.save_state_dict(file);
            using var second = Optimizers[name]([parameter]);
            second.load_state_dict(file);
            for (var step = 10; step < 20; step++) Step(second, parameter, golden);
        }
        finally
        {
            File.Delete(file);
        }
        Golden.Same(name, golden[name][19], parameter, Tolerance);
    }

    [Theory]
    [MemberData(nameof(SchedulerNames))]
    public void Scheduler_sets_the_rates_and_momenta_of_PyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var golden = Golden.Read("torch/schedulers.dat");
        using var optimizer = Adam([new Parameter(zeros(1))], 0.4);
        var scheduler = Schedulers[name](optimizer);
        var group = optimizer.ParamGroups.Single();
        var (rates, momenta) = (new List<double>(), new List<double>());
        for (var step = 0; step < 24; step++)
        {
            rates.Add(group.LearningRate);
            momenta.Add(group.Momentum);
            if (step < 23) scheduler.step();
        }
        Golden.Same(name, golden[name], tensor(rates.ToArray()), Tolerance);
        Golden.Same(name, golden[name + "/momentum"], tensor(momenta.ToArray()), Tolerance);
    }

    [Fact]
    public void One_cycle_refuses_to_go_on_after_its_end()
    {
        using var optimizer = Adam([new Parameter(zeros(1))]);
        var scheduler = OneCycleLR(optimizer, 0.1, total_steps: 3);
        scheduler.step();
        scheduler.step();
        Assert.Contains("at most 3 steps", Assert.Throws<InvalidOperationException>(scheduler.step).Message);
    }

    private static Tensor Step(Optimizer optimizer, Parameter parameter, Dictionary<string, Tensor> golden)
    {
        optimizer.zero_grad();
        ((golden["curvature"] * (parameter - golden["target"]).square()) + ((parameter * 3).sin() * 0.1)).sum().backward();
        optimizer.step();
        return parameter.detach().clone();
    }
}
