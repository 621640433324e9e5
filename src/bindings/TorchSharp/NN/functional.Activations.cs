using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Layers and losses without state of their own.</summary>
        public static partial class functional
        {
            public static Tensor relu(Tensor input) => Aten.Call("relu", input);

            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01) => Aten.Call("leaky_relu", input, negative_slope);

            public static Tensor prelu(Tensor input, Tensor weight) => Aten.Call("prelu", input, weight);

            public static Tensor gelu(Tensor input) => Aten.Call("gelu", input);

            public static Tensor silu(Tensor input) => Aten.Call("silu", input);

            public static Tensor elu(Tensor input, double alpha = 1.0) => Aten.Call("elu", input, alpha);

            public static Tensor hardtanh(Tensor input, double min_val = -1.0, double max_val = 1.0) => Aten.Call("hardtanh", input, min_val, max_val);

            public static Tensor relu6(Tensor input) => Aten.Call("relu6", input);

            public static Tensor hardsigmoid(Tensor input) => Aten.Call("hardsigmoid", input);

            public static Tensor hardswish(Tensor input) => Aten.Call("hardswish", input);

            public static Tensor sigmoid(Tensor input) => Aten.Call("sigmoid", input);

            public static Tensor logsigmoid(Tensor input) => Aten.Call("log_sigmoid", input);

            public static Tensor tanh(Tensor input) => Aten.Call("tanh", input);

            public static Tensor softplus(Tensor input, double beta = 1, double threshold = 20) => Aten.Call("softplus", input, beta, threshold);

            /// <summary>The first half of a dimension times the sigmoid of the second.</summary>
            public static Tensor glu(Tensor input, long dim = -1) => Aten.Call("glu", input, dim);

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => Aten.Call("softmax.int", input, dim, dtype);

            public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) => Aten.Call("log_softmax.int", input, dim, dtype);
        }
    }
}
