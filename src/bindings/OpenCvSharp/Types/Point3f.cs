using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>A place in space.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct Point3f(float X, float Y, float Z);
