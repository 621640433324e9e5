using Microsoft.Extensions.ObjectPool;

namespace AVServer.Vision;

/// <summary>Makes pooled scratch memory; what the pool doesn't keep is disposed by the pool.</summary>
internal sealed class WorkspacePolicy<T>(Func<T> create) : PooledObjectPolicy<T>
    where T : class
{
    public override T Create() => create();

    public override bool Return(T obj) => true;
}
