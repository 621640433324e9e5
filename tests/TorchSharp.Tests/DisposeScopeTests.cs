using static TorchSharp.torch;

namespace TorchSharp.Tests;

[Trait("Category", "unit")]
public sealed class DisposeScopeTests
{
    [Fact]
    public void Scope_disposes_what_was_created_in_it_and_nothing_else()
    {
        using var outside = zeros(1);
        Tensor inside;
        using (var scope = NewDisposeScope())
        {
            inside = zeros(1);
            Assert.True(scope.Contains(inside));
            Assert.Equal(1, scope.DisposablesCount);
        }
        Assert.True(inside.IsInvalid);
        Assert.False(outside.IsInvalid);
        Assert.Throws<ObjectDisposedException>(() => inside.shape);
    }

    [Fact]
    public void Tensor_moved_out_lives_as_long_as_the_outer_scope()
    {
        Tensor result;
        using (NewDisposeScope())
        {
            using (NewDisposeScope()) result = (zeros(3) + 1).MoveToOuterDisposeScope();
            Assert.Equal(3, result.sum().item<float>());
        }
        Assert.True(result.IsInvalid);
    }

    [Fact]
    public void Tensor_moved_out_of_the_outermost_scope_belongs_to_its_owner()
    {
        Tensor result;
        using (NewDisposeScope()) result = zeros(1).MoveToOuterDisposeScope();
        Assert.False(result.IsInvalid);
        result.Dispose();
    }

    [Fact]
    public void Detached_tensor_belongs_to_its_owner()
    {
        Tensor result;
        using (NewDisposeScope())
        {
            using (NewDisposeScope()) result = zeros(1).DetachFromDisposeScope();
        }
        Assert.False(result.IsInvalid);
        result.Dispose();
    }

    [Fact]
    public void Tensor_moves_to_another_scope()
    {
        using var outer = NewDisposeScope();
        Tensor result;
        using (NewDisposeScope())
        {
            using (NewDisposeScope()) result = zeros(1).MoveToOtherDisposeScope(outer);
        }
        Assert.False(result.IsInvalid);
        Assert.True(outer.Contains(result));
    }

    [Fact]
    public void Everything_but_the_kept_is_disposed_at_once()
    {
        using var scope = NewDisposeScope();
        var (kept, dropped) = (zeros(1), zeros(1));
        scope.DisposeEverythingBut(kept);
        Assert.True(dropped.IsInvalid);
        Assert.False(kept.IsInvalid);
        scope.DisposeEverything();
        Assert.True(kept.IsInvalid);
    }

    [Fact]
    public void Scopes_ended_out_of_turn_leave_the_thread_without_one()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        outer.Dispose();
        var late = zeros(1);
        Assert.True(inner.Contains(late));
        inner.Dispose();
        using var free = zeros(1);
        Assert.True(late.IsInvalid);
        Assert.Null(free.OwningScope);
    }

    [Fact]
    public void Scope_of_one_thread_does_not_take_another_threads_tensors()
    {
        using var scope = NewDisposeScope();
        Tensor? other = null;
        var thread = new Thread(() => other = zeros(1));
        thread.Start();
        thread.Join();
        Assert.False(scope.Contains(other!));
        other!.Dispose();
    }

    [Fact]
    public void Parameters_and_buffers_outlive_the_scope_that_they_were_created_in()
    {
        Modules.BatchNorm1d norm;
        using (NewDisposeScope()) norm = nn.BatchNorm1d(2);
        Assert.All(norm.state_dict().Values, tensor => Assert.False(tensor.IsInvalid));
        norm.Dispose();
        Assert.True(norm.weight!.IsInvalid);
    }

    [Fact]
    public void Forgotten_tensors_are_freed_by_the_collector()
    {
        var before = Collected();
        Forget();
        Assert.InRange(Collected(), 0, before);

        // On a frame of its own, so that no local keeps the last one.
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget()
        {
            for (var i = 0; i < 1000; i++) zeros(1);
        }

        static long Collected()
        {
            for (var i = 0; i < 2; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            return Tensor.TotalCount;
        }
    }
}
