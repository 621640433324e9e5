using System.Runtime.InteropServices;

namespace OpenCvSharp.Internal;

/// <summary>Owns a native <c>cv::Mat</c>.</summary>
internal sealed class MatHandle : SafeHandle
{
    public MatHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => NativeMethods.MatDelete(handle) == 0;
}
