using System.Collections.Concurrent;

namespace TorchSharp.Interop;

/// <summary>
/// Calls ATen's operators by name, "conv1d" or "add.Tensor" for an overload, arguments by position; those left out take
/// the schema's defaults. An operator's failure is an <see cref="TorchException"/> that begins with its name.
/// </summary>
internal static unsafe class Aten
{
    private const int MaxResults = 8;
    private const int StackSlots = 128;

    private static readonly ConcurrentDictionary<string, nint> Operators = new(StringComparer.Ordinal);

    /// <summary>Calls an operator with one tensor as its result, owned by the caller and the current dispose scope.</summary>
    internal static torch.Tensor Call(string name, params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        Invoke(name, arguments, results);
        return new torch.Tensor(results[0].Pointer);
    }

    /// <summary>Calls an operator for its effect and drops what it returns.</summary>
    internal static void Run(string name, params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(name, arguments, results);
        for (var i = 0; i < count; i++)
            if (results[i].Tag == NativeTag.Tensor) NativeMethods.shim_tensor_free(results[i].Pointer);
    }

    /// <summary>Calls an operator whose result is several tensors or a list of tensors; an absent one is null.</summary>
    internal static torch.Tensor[] CallMany(string name, params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(name, arguments, results);
        if (count == 1 && results[0].Tag == NativeTag.TensorList) return TakeList(results[0]);
        var tensors = new torch.Tensor[count];
        for (var i = 0; i < count; i++)
            tensors[i] = results[i].Tag == NativeTag.Tensor ? new torch.Tensor(results[i].Pointer) : null!;
        return tensors;
    }

    /// <summary>Calls an operator whose result is a truth value.</summary>
    internal static bool CallBool(string name, params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[MaxResults];
        Invoke(name, arguments, results);
        return results[0].Integer != 0;
    }

    private static torch.Tensor[] TakeList(in NativeValue list)
    {
        var tensors = new torch.Tensor[list.Length];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = new torch.Tensor(((nint*)list.Pointer)[i]);
        NativeMethods.shim_free(list.Pointer);
        return tensors;
    }

    private static int Invoke(string name, ReadOnlySpan<Argument> arguments, NativeValue* results)
    {
        var handle = Operators.GetOrAdd(name, Find);
        var slots = 1;
        foreach (ref readonly var argument in arguments) slots += argument.Slots;
        if (slots > StackSlots)
        {
            var rented = GC.AllocateUninitializedArray<long>(slots, pinned: true);
            return Invoke(name, handle, arguments, rented, results);
        }
        Span<long> arena = stackalloc long[StackSlots];
        return Invoke(name, handle, arguments, arena, results);
    }

    private static int Invoke(string name, nint handle, ReadOnlySpan<Argument> arguments, Span<long> arena, NativeValue* results)
    {
        var values = stackalloc NativeValue[arguments.Length + 1];
        for (var i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i].Write(arena);
            arena = arena[arguments[i].Slots..];
        }
        var count = 0;
        NativeMethods.Check(NativeMethods.shim_call(handle, values, arguments.Length, results, MaxResults, &count), name);
        // The handles above are bare numbers: their owners must outlive the call.
        foreach (ref readonly var argument in arguments) GC.KeepAlive(argument.Reference);
        return count;
    }

    private static nint Find(string name)
    {
        var dot = name.IndexOf('.');
        var (plain, overload) = dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
        NativeMethods.Check(NativeMethods.shim_operator("aten::" + plain, overload, out var handle), name);
        return handle;
    }
}
