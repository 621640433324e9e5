using System.Runtime.InteropServices;

namespace OpenCvSharp.Internal;

/// <summary>Owns a native <c>cv::Ptr&lt;cv::CLAHE&gt;</c>.</summary>
internal sealed class ClaheHandle : SafeHandle
{
    public ClaheHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => NativeMethods.ClaheDelete(handle) == 0;
}
