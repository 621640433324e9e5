using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>A pixel's place.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct Point(int X, int Y);
