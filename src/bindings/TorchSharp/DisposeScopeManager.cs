namespace TorchSharp;

/// <summary>The stack of dispose scopes of each thread.</summary>
internal static class DisposeScopeManager
{
    [ThreadStatic]
    private static DisposeScope? _current;

    internal static DisposeScope Open() => _current = new DisposeScope(_current);

    internal static void Register(torch.Tensor tensor) => _current?.Include(tensor);

    /// <summary>Drops a scope that ended; those inside it, if it ended out of turn, stay until they end too.</summary>
    internal static void Remove(DisposeScope scope)
    {
        if (_current == scope) _current = scope.Outer;
        while (_current is { IsDisposed: true }) _current = _current.Outer;
    }
}
