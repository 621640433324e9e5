using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor neg() => Aten.Call("neg", this);

        public Tensor abs() => Aten.Call("abs", this);

        public Tensor exp() => Aten.Call("exp", this);

        public Tensor expm1() => Aten.Call("expm1", this);

        public Tensor log() => Aten.Call("log", this);

        public Tensor log1p() => Aten.Call("log1p", this);

        public Tensor log2() => Aten.Call("log2", this);

        public Tensor log10() => Aten.Call("log10", this);

        public Tensor sqrt() => Aten.Call("sqrt", this);

        public Tensor rsqrt() => Aten.Call("rsqrt", this);

        public Tensor square() => Aten.Call("square", this);

        public Tensor reciprocal() => Aten.Call("reciprocal", this);

        public Tensor sin() => Aten.Call("sin", this);

        public Tensor cos() => Aten.Call("cos", this);

        public Tensor tanh() => Aten.Call("tanh", this);

        public Tensor atan() => Aten.Call("atan", this);

        public Tensor erf() => Aten.Call("erf", this);

        public Tensor floor() => Aten.Call("floor", this);

        public Tensor ceil() => Aten.Call("ceil", this);

        public Tensor round() => Aten.Call("round", this);

        public Tensor sign() => Aten.Call("sign", this);

        public Tensor sigmoid() => Aten.Call("sigmoid", this);

        public Tensor relu() => Aten.Call("relu", this);

        public Tensor silu() => Aten.Call("silu", this);

        public Tensor isnan() => Aten.Call("isnan", this);

        public Tensor isinf() => Aten.Call("isinf", this);

        public Tensor isfinite() => Aten.Call("isfinite", this);

        public Tensor logical_not() => Aten.Call("logical_not", this);

        public Tensor bitwise_not() => Aten.Call("bitwise_not", this);

        public Tensor atan2(Tensor other) => Aten.Call("atan2", this, other);

        public Tensor gelu() => Aten.Call("gelu", this);

        public Tensor softplus(double beta = 1, double threshold = 20) => Aten.Call("softplus", this, beta, threshold);

        public Tensor softmax(long dim, ScalarType? dtype = null) => Aten.Call("softmax.int", this, dim, dtype);

        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Aten.Call("log_softmax.int", this, dim, dtype);

        public Tensor where(Tensor condition, Tensor other) => Aten.Call("where.self", condition, this, other);

        public Tensor eq(Tensor target) => Aten.Call("eq.Tensor", this, target);

        public Tensor eq(Scalar scalar) => Aten.Call("eq.Scalar", this, scalar);

        public Tensor ne(Tensor target) => Aten.Call("ne.Tensor", this, target);

        public Tensor ne(Scalar scalar) => Aten.Call("ne.Scalar", this, scalar);

        public Tensor lt(Tensor target) => Aten.Call("lt.Tensor", this, target);

        public Tensor lt(Scalar scalar) => Aten.Call("lt.Scalar", this, scalar);

        public Tensor le(Tensor target) => Aten.Call("le.Tensor", this, target);

        public Tensor le(Scalar scalar) => Aten.Call("le.Scalar", this, scalar);

        public Tensor gt(Tensor target) => Aten.Call("gt.Tensor", this, target);

        public Tensor gt(Scalar scalar) => Aten.Call("gt.Scalar", this, scalar);

        public Tensor ge(Tensor target) => Aten.Call("ge.Tensor", this, target);

        public Tensor ge(Scalar scalar) => Aten.Call("ge.Scalar", this, scalar);

        public Tensor logical_and(Tensor other) => Aten.Call("logical_and", this, other);

        public Tensor logical_or(Tensor other) => Aten.Call("logical_or", this, other);

        public Tensor logical_xor(Tensor other) => Aten.Call("logical_xor", this, other);

        public Tensor bitwise_and(Tensor other) => Aten.Call("bitwise_and.Tensor", this, other);

        public Tensor bitwise_or(Tensor other) => Aten.Call("bitwise_or.Tensor", this, other);

        public Tensor bitwise_xor(Tensor other) => Aten.Call("bitwise_xor.Tensor", this, other);

        public Tensor zero_()
        {
            Aten.Run("zero_", this);
            return this;
        }

        public Tensor relu_()
        {
            Aten.Run("relu_", this);
            return this;
        }

        public Tensor sigmoid_()
        {
            Aten.Run("sigmoid_", this);
            return this;
        }

        public Tensor exp_()
        {
            Aten.Run("exp_", this);
            return this;
        }

        public Tensor sqrt_()
        {
            Aten.Run("sqrt_", this);
            return this;
        }

        public Tensor abs_()
        {
            Aten.Run("abs_", this);
            return this;
        }

        public Tensor neg_()
        {
            Aten.Run("neg_", this);
            return this;
        }

        public Tensor fill_(Scalar value)
        {
            Aten.Run("fill_.Scalar", this, value);
            return this;
        }

        /// <summary>Overwrites the elements; the source is broadcast, converted and moved as needed.</summary>
        public Tensor copy_(Tensor source, bool non_blocking = false)
        {
            Aten.Run("copy_", this, source, non_blocking);
            return this;
        }

        public Tensor uniform_(double from, double to)
        {
            Aten.Run("uniform_", this, from, to);
            return this;
        }

        public Tensor normal_(double mean = 0, double std = 1)
        {
            Aten.Run("normal_", this, mean, std);
            return this;
        }

        public Tensor bernoulli_(double p = 0.5)
        {
            Aten.Run("bernoulli_.float", this, p);
            return this;
        }

        public Tensor bernoulli() => Aten.Call("bernoulli", this);
    }
}
