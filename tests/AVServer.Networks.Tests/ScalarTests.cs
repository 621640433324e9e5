using System.Diagnostics;
using System.Reflection;
using static TorchSharp.torch;

namespace AVServer.Networks.Tests;

/// <summary>Numbers that are handed to libtorch stay until it has read them, whenever the garbage collector comes.</summary>
[Trait("Category", "unit")]
public sealed class ScalarTests
{
    [Fact]
    public void Arguments_of_TorchSharp_live_until_its_methods_return()
    {
        var optimised = typeof(TorchSharp.torch).Assembly.GetCustomAttribute<DebuggableAttribute>();
        Assert.True(optimised?.IsJITOptimizerDisabled, "Expected TorchSharp.dll as scripts/torchsharp-native.mjs writes it.");
    }

    [Fact]
    public void Collections_take_no_number_from_under_a_step()
    {
        using var scope = NewDisposeScope();
        var (values, others) = (ones(100_000), ones(100_000));
        using var done = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!done.IsCancellationRequested) GC.Collect(0);
        });
        collector.Start();
        try
        {
            for (var step = 0; step < 10_000; step++) values.addcdiv_(others, others, -1e-9);
        }
        finally
        {
            done.Cancel();
            collector.Join();
        }
    }
}
