using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public bool requires_grad
        {
            get => Describe().RequiresGrad != 0;
            set => requires_grad_(value);
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            NativeMethods.Check(NativeMethods.shim_set_requires_grad(Handle, requires_grad ? 1 : 0));
            GC.KeepAlive(this);
            return this;
        }

        /// <summary>The gradient that <see cref="backward"/> has summed up; null before the first. Shares memory with the tensor's own.</summary>
        public Tensor? grad
        {
            get
            {
                NativeMethods.Check(NativeMethods.shim_grad(Handle, out var grad));
                GC.KeepAlive(this);
                return grad == 0 ? null : new Tensor(grad);
            }
            set
            {
                NativeMethods.Check(NativeMethods.shim_set_grad(Handle, value?.Handle ?? 0));
                GC.KeepAlive(value);
                GC.KeepAlive(this);
            }
        }

        /// <summary>Adds the derivative of this tensor to the gradient of every leaf that it was computed from.</summary>
        /// <param name="grad_tensors">The weight of each element; may be left out for a single one.</param>
        /// <param name="retain_graph">Keeps the graph for another call.</param>
        /// <param name="create_graph">Makes the gradients differentiable themselves.</param>
        public void backward(Tensor? grad_tensors = null, bool retain_graph = false, bool create_graph = false)
        {
            NativeMethods.Check(NativeMethods.shim_backward(Handle, grad_tensors?.Handle ?? 0, retain_graph || create_graph ? 1 : 0, create_graph ? 1 : 0));
            GC.KeepAlive(grad_tensors);
            GC.KeepAlive(this);
        }

        /// <summary>The same memory outside the autograd graph.</summary>
        public Tensor detach() => Aten.Call("detach", this);

        public Tensor detach_()
        {
            Aten.Run("detach_", this);
            return this;
        }

        /// <summary>Keeps the gradient of a tensor that isn't a leaf.</summary>
        public void retain_grad() => Aten.Run("retain_grad", this);

        /// <summary>Sets whether gradients are wanted and returns the tensor.</summary>
        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);
    }

    /// <summary>Switches the recording of gradients on this thread until disposed.</summary>
    public sealed class AutoGradMode : IDisposable
    {
        private readonly bool _previous;

        public AutoGradMode(bool enabled) => _previous = NativeMethods.shim_set_grad_mode(enabled ? 1 : 0) != 0;

        public static bool IsEnabled => NativeMethods.shim_grad_mode() != 0;

        public void Dispose() => _ = NativeMethods.shim_set_grad_mode(_previous ? 1 : 0);
    }

    /// <summary>Records no gradients on this thread until disposed.</summary>
    public static AutoGradMode no_grad() => new(false);

    /// <summary>As <see cref="no_grad"/>.</summary>
    public static AutoGradMode inference_mode(bool mode = true) => new(!mode);

    public static AutoGradMode set_grad_enabled(bool mode = true) => new(mode);

    public static AutoGradMode enable_grad(bool enabled = true) => new(enabled);

    public static bool is_grad_enabled() => AutoGradMode.IsEnabled;

    public static class autograd
    {
        /// <summary>The derivatives of <paramref name="outputs"/> by <paramref name="inputs"/>; nothing is added to any gradient.</summary>
        /// <returns>One tensor an input; null for an unused input where that is allowed.</returns>
        public static unsafe IList<Tensor> grad(
            IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            var from = outputs.Select(tensor => tensor.Handle).ToArray();
            var to = inputs.Select(tensor => tensor.Handle).ToArray();
            var weights = grad_outputs?.Select(tensor => tensor.Handle).ToArray() ?? [];
            var found = new nint[to.Length];
            fixed (nint* fromPointer = from, toPointer = to, weightsPointer = weights, foundPointer = found)
            {
                NativeMethods.Check(NativeMethods.shim_autograd_grad(
                    fromPointer, from.Length, toPointer, to.Length, weightsPointer, weights.Length, retain_graph || create_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, foundPointer));
            }
            GC.KeepAlive((outputs, inputs, grad_outputs));
            return found.Select(handle => handle == 0 ? null! : new Tensor(handle)).ToList();
        }
    }
}
