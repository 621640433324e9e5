using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static class utils
        {
            /// <summary>Scales all gradients together so that their common norm is at most <paramref name="max_norm"/>.</summary>
            /// <returns>The norm before.</returns>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using var scope = NewDisposeScope();
                using var mode = no_grad();
                var grads = tensors.Select(tensor => tensor.grad).OfType<Tensor>().ToList();
                if (grads.Count == 0) return 0;
                var norm = stack(grads.Select(grad => grad.norm((float)norm_type))).norm((float)norm_type).item<double>();
                var scale = max_norm / (norm + 1e-6);
                if (scale < 1)
                    foreach (var grad in grads) grad.mul_(scale);
                return norm;
            }

            /// <summary>Limits each gradient's elements to ±<paramref name="clip_value"/>.</summary>
            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var scope = NewDisposeScope();
                using var mode = no_grad();
                foreach (var grad in tensors.Select(tensor => tensor.grad).OfType<Tensor>()) grad.clamp_(-clip_value, clip_value);
            }
        }
    }
}
