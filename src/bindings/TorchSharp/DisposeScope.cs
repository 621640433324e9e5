namespace TorchSharp;

/// <summary>Disposes, at its end, the tensors that were created on its thread while it was the innermost scope.</summary>
public sealed class DisposeScope : IDisposable
{
    private readonly HashSet<torch.Tensor> _tensors = [];
    private bool _disposed;

    internal DisposeScope(DisposeScope? outer) => Outer = outer;

    /// <summary>Tensors that the scope will dispose.</summary>
    public int DisposablesCount => _tensors.Count;

    internal DisposeScope? Outer { get; }

    internal bool IsDisposed => _disposed;

    public bool Contains(torch.Tensor tensor) => _tensors.Contains(tensor);

    /// <summary>Makes the scope responsible for a tensor.</summary>
    public torch.Tensor Include(torch.Tensor tensor)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _tensors.Add(tensor);
        tensor.OwningScope = this;
        return tensor;
    }

    /// <summary>Gives a tensor to the scope around this one, or to nobody where there is none.</summary>
    public T MoveToOuter<T>(T tensor) where T : torch.Tensor
    {
        Forget(tensor);
        Outer?.Include(tensor);
        return tensor;
    }

    /// <summary>Gives tensors to the scope around this one, or to nobody where there is none.</summary>
    public void MoveToOuter(params IEnumerable<torch.Tensor> tensors)
    {
        foreach (var tensor in tensors) MoveToOuter<torch.Tensor>(tensor);
    }

    /// <summary>Takes a tensor out: from here on its owner disposes it.</summary>
    public T Detach<T>(T tensor) where T : torch.Tensor
    {
        Forget(tensor);
        return tensor;
    }

    /// <summary>Takes tensors out: from here on their owner disposes them.</summary>
    public void Detach(params IEnumerable<torch.Tensor> tensors)
    {
        foreach (var tensor in tensors) Forget(tensor);
    }

    /// <summary>Disposes what the scope holds so far; the scope goes on.</summary>
    public void DisposeEverything()
    {
        foreach (var tensor in _tensors.ToArray()) tensor.Dispose();
        _tensors.Clear();
    }

    /// <summary>Disposes what the scope holds so far but the tensors given.</summary>
    public void DisposeEverythingBut(params IEnumerable<torch.Tensor> kept)
    {
        var keep = kept.ToHashSet();
        foreach (var tensor in _tensors.Where(tensor => !keep.Contains(tensor)).ToArray()) tensor.Dispose();
    }

    public void Dispose()
    {
        if (_disposed) return;
        DisposeEverything();
        _disposed = true;
        DisposeScopeManager.Remove(this);
    }

    internal void Forget(torch.Tensor tensor)
    {
        _tensors.Remove(tensor);
        tensor.OwningScope = null;
    }
}
