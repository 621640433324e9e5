using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor add(Tensor target) => Aten.Call("add.Tensor", this, target);

        public Tensor add(Scalar scalar) => Aten.Call("add.Scalar", this, scalar);

        public Tensor sub(Tensor target) => Aten.Call("sub.Tensor", this, target);

        public Tensor sub(Scalar scalar) => Aten.Call("sub.Scalar", this, scalar);

        public Tensor mul(Tensor target) => Aten.Call("mul.Tensor", this, target);

        public Tensor mul(Scalar scalar) => Aten.Call("mul.Scalar", this, scalar);

        public Tensor div(Tensor target) => Aten.Call("div.Tensor", this, target);

        public Tensor div(Scalar scalar) => Aten.Call("div.Scalar", this, scalar);

        public Tensor remainder(Tensor target) => Aten.Call("remainder.Tensor", this, target);

        public Tensor remainder(Scalar scalar) => Aten.Call("remainder.Scalar", this, scalar);

        /// <summary>this + alpha · target</summary>
        public Tensor add(Tensor target, Scalar alpha) => Aten.Call("add.Tensor", this, target, alpha);

        public Tensor rsub(Scalar scalar) => Aten.Call("rsub.Scalar", this, scalar);

        public Tensor add_(Tensor target)
        {
            Aten.Run("add_.Tensor", this, target);
            return this;
        }

        public Tensor add_(Scalar scalar)
        {
            Aten.Run("add_.Scalar", this, scalar);
            return this;
        }

        public Tensor sub_(Tensor target)
        {
            Aten.Run("sub_.Tensor", this, target);
            return this;
        }

        public Tensor sub_(Scalar scalar)
        {
            Aten.Run("sub_.Scalar", this, scalar);
            return this;
        }

        public Tensor mul_(Tensor target)
        {
            Aten.Run("mul_.Tensor", this, target);
            return this;
        }

        public Tensor mul_(Scalar scalar)
        {
            Aten.Run("mul_.Scalar", this, scalar);
            return this;
        }

        public Tensor div_(Tensor target)
        {
            Aten.Run("div_.Tensor", this, target);
            return this;
        }

        public Tensor div_(Scalar scalar)
        {
            Aten.Run("div_.Scalar", this, scalar);
            return this;
        }

        /// <summary>Adds alpha · target in place.</summary>
        public Tensor add_(Tensor target, Scalar alpha)
        {
            Aten.Run("add_.Tensor", this, target, alpha);
            return this;
        }

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            Aten.Run("addcmul_", this, tensor1, tensor2, value);
            return this;
        }

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            Aten.Run("addcdiv_", this, tensor1, tensor2, value);
            return this;
        }

        /// <summary>Moves towards <paramref name="end"/> by the fraction <paramref name="weight"/>, in place.</summary>
        public Tensor lerp_(Tensor end, Scalar weight)
        {
            Aten.Run("lerp_.Scalar", this, end, weight);
            return this;
        }

        public Tensor pow(Scalar exponent) => Aten.Call("pow.Tensor_Scalar", this, exponent);

        public Tensor pow(Tensor exponent) => Aten.Call("pow.Tensor_Tensor", this, exponent);

        public Tensor matmul(Tensor target) => Aten.Call("matmul", this, target);

        public Tensor mm(Tensor target) => Aten.Call("mm", this, target);

        public Tensor bmm(Tensor batch2) => Aten.Call("bmm", this, batch2);

        public Tensor maximum(Tensor other) => Aten.Call("maximum", this, other);

        public Tensor minimum(Tensor other) => Aten.Call("minimum", this, other);

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Aten.Call("clamp", this, min, max);

        public Tensor clip(Scalar? min = null, Scalar? max = null) => clamp(min, max);

        public Tensor clamp_(Scalar? min = null, Scalar? max = null)
        {
            Aten.Run("clamp_", this, min, max);
            return this;
        }

        public Tensor clamp_min(Scalar min) => Aten.Call("clamp_min", this, min);

        public Tensor clamp_max(Scalar max) => Aten.Call("clamp_max", this, max);
    }
}
