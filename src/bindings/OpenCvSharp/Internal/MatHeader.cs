using System.Runtime.InteropServices;

namespace OpenCvSharp.Internal;

/// <summary>What the shim tells of a Mat; laid out as its <c>MatHeader</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MatHeader
{
    public nint Data;
    public long Step;
    public int Rows;
    public int Cols;
    public int Type;
    public int Continuous;
}
