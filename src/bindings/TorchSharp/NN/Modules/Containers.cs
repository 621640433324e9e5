using System.Collections;

namespace TorchSharp.Modules;

/// <summary>Modules in a row, each fed with the result of the one before.</summary>
public sealed class Sequential : torch.nn.Module<torch.Tensor, torch.Tensor>, IEnumerable<torch.nn.Module<torch.Tensor, torch.Tensor>>
{
    private readonly List<torch.nn.Module<torch.Tensor, torch.Tensor>> _modules = [];

    internal Sequential(IEnumerable<(string Name, torch.nn.Module<torch.Tensor, torch.Tensor> Module)> modules) : base(nameof(Sequential))
    {
        foreach (var (name, module) in modules) append(name, module);
    }

    public int Count => _modules.Count;

    public torch.nn.Module<torch.Tensor, torch.Tensor> this[int index] => _modules[index];

    public Sequential append(string name, torch.nn.Module<torch.Tensor, torch.Tensor> module)
    {
        register_module(name, module);
        _modules.Add(module);
        return this;
    }

    public Sequential append(torch.nn.Module<torch.Tensor, torch.Tensor> module) => append(_modules.Count.ToString(), module);

    public override torch.Tensor forward(torch.Tensor input)
    {
        if (_modules.Count == 0) return input.alias();
        var result = input;
        foreach (var module in _modules)
        {
            var next = module.call(result);
            if (!ReferenceEquals(result, input) && !ReferenceEquals(result, next)) result.Dispose();
            result = next;
        }
        return result;
    }

    public IEnumerator<torch.nn.Module<torch.Tensor, torch.Tensor>> GetEnumerator() => _modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A list of modules that registers them under their numbers.</summary>
public sealed class ModuleList<T> : torch.nn.Module, IReadOnlyList<T> where T : torch.nn.Module
{
    private readonly List<T> _list = [];

    internal ModuleList(IEnumerable<T> modules) : base("ModuleList")
    {
        foreach (var module in modules) Add(module);
    }

    public int Count => _list.Count;

    public T this[int index] => _list[index];

    public void Add(T module)
    {
        register_module(_list.Count.ToString(), module);
        _list.Add(module);
    }

    public void append(T module) => Add(module);

    public IEnumerator<T> GetEnumerator() => _list.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Joins dimensions into one.</summary>
public sealed class Flatten : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly long _start;
    private readonly long _end;

    internal Flatten(long start_dim, long end_dim) : base(nameof(Flatten)) => (_start, _end) = (start_dim, end_dim);

    public override torch.Tensor forward(torch.Tensor input) => input.flatten(_start, _end);
}

/// <summary>Gives its input back.</summary>
public sealed class Identity : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal Identity() : base(nameof(Identity))
    {
    }

    public override torch.Tensor forward(torch.Tensor input) => input.alias();
}
