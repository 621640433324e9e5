using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>Width and height in pixels.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct Size(int Width, int Height)
{
    /// <summary>Width and height, cut to integers.</summary>
    public Size(double width, double height)
        : this((int)width, (int)height)
    {
    }
}
