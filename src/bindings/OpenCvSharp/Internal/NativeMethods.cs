using System.Runtime.InteropServices;

namespace OpenCvSharp.Internal;

/// <summary>The shim's functions, in the order of its files. Each returns 0 or the code of an error that <see cref="Check"/> turns into an exception.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "OpenCvSharpExtern";

    /// <summary>Throws what the last call of this thread left.</summary>
    /// <exception cref="OpenCVException">The call failed.</exception>
    public static void Check(int status)
    {
        if (status == 0) return;
        LastError(out var function, out var message, out var file, out var line);
        throw new OpenCVException(status, Text(function), Text(message), Text(file), line);
    }

    [LibraryImport(Library, EntryPoint = "cvs_get_version")]
    public static partial int GetVersion(out nint version);

    [LibraryImport(Library, EntryPoint = "cvs_set_num_threads")]
    public static partial int SetNumThreads(int threads);

    [LibraryImport(Library, EntryPoint = "cvs_get_num_threads")]
    public static partial int GetNumThreads(out int threads);

    [LibraryImport(Library, EntryPoint = "cvs_mat_new")]
    public static partial int MatNew(out MatHandle mat);

    [LibraryImport(Library, EntryPoint = "cvs_mat_new_size")]
    public static partial int MatNewSize(int rows, int cols, int type, out MatHandle mat);

    [LibraryImport(Library, EntryPoint = "cvs_mat_new_data")]
    public static partial int MatNewData(int rows, int cols, int type, nint data, long step, out MatHandle mat);

    [LibraryImport(Library, EntryPoint = "cvs_mat_new_roi")]
    public static partial int MatNewRoi(MatHandle whole, int x, int y, int width, int height, out MatHandle mat);

    [LibraryImport(Library, EntryPoint = "cvs_mat_delete")]
    public static partial int MatDelete(nint mat);

    [LibraryImport(Library, EntryPoint = "cvs_mat_header")]
    public static partial int MatReadHeader(MatHandle mat, out MatHeader header);

    [LibraryImport(Library, EntryPoint = "cvs_mat_create")]
    public static partial int MatCreate(MatHandle mat, int rows, int cols, int type);

    [LibraryImport(Library, EntryPoint = "cvs_mat_clone")]
    public static partial int MatClone(MatHandle mat, out MatHandle copy);

    [LibraryImport(Library, EntryPoint = "cvs_mat_copy_to")]
    public static partial int MatCopyTo(MatHandle mat, MatHandle dst);

    [LibraryImport(Library, EntryPoint = "cvs_mat_convert_to")]
    public static partial int MatConvertTo(MatHandle mat, MatHandle dst, int type, double alpha, double beta);

    [LibraryImport(Library, EntryPoint = "cvs_mat_set_to")]
    public static partial int MatSetTo(MatHandle mat, in Scalar value);

    [LibraryImport(Library, EntryPoint = "cvs_mean")]
    public static partial int Mean(MatHandle src, nint mask, out Scalar mean);

    [LibraryImport(Library, EntryPoint = "cvs_mean_std_dev")]
    public static partial int MeanStdDev(MatHandle src, out Scalar mean, out Scalar deviation);

    [LibraryImport(Library, EntryPoint = "cvs_flip")]
    public static partial int Flip(MatHandle src, MatHandle dst, int code);

    [LibraryImport(Library, EntryPoint = "cvs_rotate")]
    public static partial int Rotate(MatHandle src, MatHandle dst, int code);

    [LibraryImport(Library, EntryPoint = "cvs_absdiff")]
    public static partial int AbsDiff(MatHandle first, MatHandle second, MatHandle dst);

    [LibraryImport(Library, EntryPoint = "cvs_hconcat")]
    public static partial int HConcat(nint* parts, int count, MatHandle dst);

    [LibraryImport(Library, EntryPoint = "cvs_cvt_color")]
    public static partial int CvtColor(MatHandle src, MatHandle dst, int code, int channels);

    [LibraryImport(Library, EntryPoint = "cvs_resize")]
    public static partial int Resize(MatHandle src, MatHandle dst, int width, int height, double fx, double fy, int interpolation);

    [LibraryImport(Library, EntryPoint = "cvs_warp_affine")]
    public static partial int WarpAffine(MatHandle src, MatHandle dst, MatHandle m, int width, int height, int flags, int border, in Scalar value);

    [LibraryImport(Library, EntryPoint = "cvs_get_rotation_matrix_2d")]
    public static partial int GetRotationMatrix2D(float x, float y, double angle, double scale, out MatHandle m);

    [LibraryImport(Library, EntryPoint = "cvs_get_affine_transform")]
    public static partial int GetAffineTransform(Point2f* src, Point2f* dst, out MatHandle m);

    [LibraryImport(Library, EntryPoint = "cvs_equalize_hist")]
    public static partial int EqualizeHist(MatHandle src, MatHandle dst);

    [LibraryImport(Library, EntryPoint = "cvs_gaussian_blur")]
    public static partial int GaussianBlur(MatHandle src, MatHandle dst, int width, int height, double sigmaX, double sigmaY, int border);

    [LibraryImport(Library, EntryPoint = "cvs_laplacian")]
    public static partial int Laplacian(MatHandle src, MatHandle dst, int depth, int ksize, double scale, double delta, int border);

    [LibraryImport(Library, EntryPoint = "cvs_clahe_new")]
    public static partial int ClaheNew(double clipLimit, int tilesX, int tilesY, out ClaheHandle clahe);

    [LibraryImport(Library, EntryPoint = "cvs_clahe_apply")]
    public static partial int ClaheApply(ClaheHandle clahe, MatHandle src, MatHandle dst);

    [LibraryImport(Library, EntryPoint = "cvs_clahe_delete")]
    public static partial int ClaheDelete(nint clahe);

    [LibraryImport(Library, EntryPoint = "cvs_imdecode")]
    public static partial int ImDecode(byte* bytes, int length, int flags, out MatHandle mat);

    [LibraryImport(Library, EntryPoint = "cvs_imencode", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ImEncode(string extension, MatHandle src, int* parameters, int count, out nint bytes);

    [LibraryImport(Library, EntryPoint = "cvs_bytes_view")]
    public static partial int BytesView(nint bytes, out nint data, out long length);

    [LibraryImport(Library, EntryPoint = "cvs_bytes_delete")]
    public static partial int BytesDelete(nint bytes);

    [LibraryImport(Library, EntryPoint = "cvs_last_error")]
    private static partial void LastError(out nint function, out nint message, out nint file, out int line);

    private static string Text(nint utf8) => Marshal.PtrToStringUTF8(utf8) ?? "";
}
