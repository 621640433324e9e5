using System.Runtime.Intrinsics;

namespace AVServer.Signal;

/// <summary>Eight complex numbers, real and imaginary parts apart.</summary>
internal readonly record struct Complex8(Vector256<float> Real, Vector256<float> Imaginary)
{
    public static Complex8 operator +(Complex8 a, Complex8 b) => new(a.Real + b.Real, a.Imaginary + b.Imaginary);

    public static Complex8 operator -(Complex8 a, Complex8 b) => new(a.Real - b.Real, a.Imaginary - b.Imaginary);

    public static Complex8 operator *(Complex8 a, Complex8 b) =>
        new(a.Real * b.Real - a.Imaginary * b.Imaginary, a.Real * b.Imaginary + a.Imaginary * b.Real);
}
