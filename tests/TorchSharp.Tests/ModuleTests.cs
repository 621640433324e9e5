using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Tests;

[Trait("Category", "unit")]
public sealed class ModuleTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    private sealed class Parts : Module<Tensor, Tensor>
    {
        [ComponentName("first")]
        private readonly Linear _first = Linear(2, 3);
        [ComponentName("rest")]
        private readonly Sequential _rest = Sequential(("gate", Sigmoid()), ("drop", Dropout(0.5)), ("norm", BatchNorm1d(3)));
        [ComponentName("scale")]
        private readonly Parameter _scale = Parameter(ones(3));
        [ComponentName("offset")]
        private readonly Tensor _offset = zeros(3);

        internal Parts() : base(nameof(Parts)) => RegisterComponents();

        public override Tensor forward(Tensor input) => (_rest.call(_first.call(input)) * _scale) + _offset;
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Fields_are_registered_under_their_names()
    {
        var module = new Parts();
        Assert.Equal(
            ["first.bias", "first.weight", "rest.norm.bias", "rest.norm.weight", "scale"],
            module.named_parameters().Select(entry => entry.name).Order());
        Assert.Equal(
            ["offset", "rest.norm.num_batches_tracked", "rest.norm.running_mean", "rest.norm.running_var"],
            module.named_buffers().Select(entry => entry.name).Order());
        Assert.Equal(["first", "rest", "rest.gate", "rest.drop", "rest.norm"], module.named_modules().Select(entry => entry.name));
    }

    [Fact]
    public void State_that_does_not_fit_is_refused_with_the_names()
    {
        var module = new Parts();
        var state = module.state_dict().ToDictionary();
        state.Remove("scale");
        state["extra"] = zeros(1);
        var error = Assert.Throws<InvalidOperationException>(() => module.load_state_dict(state));
        Assert.Contains("lacks [scale] and has [extra]", error.Message);
        var (missing, unexpected) = module.load_state_dict(state, strict: false);
        Assert.Equal(["scale"], missing);
        Assert.Equal(["extra"], unexpected);
        state["offset"] = zeros(4);
        Assert.Contains("[3] for \"offset\"", Assert.Throws<InvalidOperationException>(() => module.load_state_dict(state, strict: false)).Message);
    }

    [Fact]
    public void Damaged_file_is_refused()
    {
        using var file = new MemoryStream();
        new Parts().save(file);
        file.SetLength(file.Length - 5);
        file.Position = 0;
        Assert.Throws<InvalidDataException>(() => new Parts().load(file));
        Assert.Contains("found none", Assert.Throws<FileNotFoundException>(() => new Parts().load("no-such-file.dat")).Message);
    }

    [Fact]
    public void Mode_reaches_every_module_inside()
    {
        var module = new Parts();
        module.eval();
        Assert.All(module.modules(), inner => Assert.False(inner.training));
        Assert.True(module.call(ones(4, 2)).equal(module.call(ones(4, 2))));
        module.train();
        Assert.All(module.modules(), inner => Assert.True(inner.training));
    }

    [Fact]
    public void Conversion_changes_floating_point_alone_and_keeps_the_handles()
    {
        var module = new Parts();
        var weight = module.get_parameter("first.weight");
        module.to(float64);
        Assert.Same(weight, module.get_parameter("first.weight"));
        Assert.Equal(ScalarType.Float64, weight!.dtype);
        Assert.True(weight.requires_grad);
        Assert.Equal(ScalarType.Int64, module.get_buffer("rest.norm.num_batches_tracked")!.dtype);
        Assert.Equal(ScalarType.Float64, module.call(ones([4, 2], float64)).dtype);
    }

    [Fact]
    public void Two_components_of_one_name_are_refused()
    {
        var list = ModuleList<Linear>();
        list.register_module("0", Linear(1, 1));
        Assert.Contains("new component name, got \"0\"", Assert.Throws<ArgumentException>(() => list.Add(Linear(1, 1))).Message);
    }

    [Fact]
    public void Dropout_drops_its_share_and_keeps_the_mean()
    {
        manual_seed(6);
        var dropped = Dropout(0.25).call(ones(100_000));
        Assert.InRange((dropped == 0).@float().mean().item<float>(), 0.24f, 0.26f);
        Assert.InRange(dropped.mean().item<float>(), 0.99f, 1.01f);
    }

    [Fact]
    public void Gradients_are_clipped_to_a_common_norm()
    {
        var (first, second) = (Parameter(zeros(1)), Parameter(zeros(1)));
        ((first * 3) + (second * 4)).sum().backward();
        Assert.Equal(5, utils.clip_grad_norm_([first, second], 1), 5);
        Assert.Equal(0.6f, first.grad!.item<float>(), 1e-5f);
        Assert.Equal(0.8f, second.grad!.item<float>(), 1e-5f);
        utils.clip_grad_value_([first, second], 0.7);
        Assert.Equal(0.7f, second.grad!.item<float>(), 1e-5f);
    }

    [Fact]
    public void Groups_of_parameters_have_their_own_rates()
    {
        var (slow, fast) = (Parameter(ones(1)), Parameter(ones(1)));
        using var optimizer = optim.SGD([new ParamGroup([slow], lr: 0.1), new ParamGroup([fast])], 0.5);
        (slow + fast).sum().backward();
        optimizer.step();
        Assert.Equal((0.9f, 0.5f), (slow.item<float>(), fast.item<float>()));
    }
}
