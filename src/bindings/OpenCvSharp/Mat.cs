using OpenCvSharp.Internal;

namespace OpenCvSharp;

/// <summary>A picture or matrix: rows × cols pixels of one <see cref="MatType"/>, row after row, a row <see cref="Step()"/> bytes long.</summary>
/// <remarks>Owns native memory, or looks at another Mat's or the caller's; dispose it. Not synchronised: readers may share, a writer may not.</remarks>
public sealed class Mat : IDisposable
{
    /// <summary>An empty one, to be given a size by what writes to it.</summary>
    public Mat()
    {
        NativeMethods.Check(NativeMethods.MatNew(out var handle));
        Handle = handle;
    }

    /// <summary>One of a size, its content not set.</summary>
    public Mat(int rows, int cols, MatType type)
    {
        NativeMethods.Check(NativeMethods.MatNewSize(rows, cols, type, out var handle));
        Handle = handle;
    }

    /// <summary>One of a size, its content not set.</summary>
    public Mat(Size size, MatType type)
        : this(size.Height, size.Width, type)
    {
    }

    /// <summary>One of a size, every pixel <paramref name="s"/>.</summary>
    public Mat(int rows, int cols, MatType type, Scalar s)
        : this(rows, cols, type) => SetTo(s);

    /// <summary>A part of another one; both look at the same memory.</summary>
    public Mat(Mat m, Rect roi)
    {
        NativeMethods.Check(NativeMethods.MatNewRoi(m.Handle, roi.X, roi.Y, roi.Width, roi.Height, out var handle));
        Handle = handle;
    }

    internal Mat(MatHandle handle) => Handle = handle;

    /// <summary>Number of rows; the height.</summary>
    public int Rows => Header.Rows;

    /// <summary>Number of columns; the width.</summary>
    public int Cols => Header.Cols;

    /// <summary>Same as <see cref="Cols"/>.</summary>
    public int Width => Header.Cols;

    /// <summary>Same as <see cref="Rows"/>.</summary>
    public int Height => Header.Rows;

    /// <summary>The first pixel; valid until the Mat is disposed or given another size.</summary>
    public nint Data => Header.Data;

    internal MatHandle Handle { get; }

    private MatHeader Header
    {
        get
        {
            NativeMethods.Check(NativeMethods.MatReadHeader(Handle, out var header));
            return header;
        }
    }

    /// <summary>Looks at the caller's memory, which must stay where it is for the Mat's life.</summary>
    /// <param name="rows">Height.</param>
    /// <param name="cols">Width.</param>
    /// <param name="type">Type of a pixel.</param>
    /// <param name="data">The first pixel.</param>
    /// <param name="step">Bytes from row to row; 0 where rows follow each other without a gap.</param>
    public static Mat FromPixelData(int rows, int cols, MatType type, nint data, long step = 0)
    {
        NativeMethods.Check(NativeMethods.MatNewData(rows, cols, type, data, step, out var handle));
        return new Mat(handle);
    }

    /// <summary>Decodes a picture file.</summary>
    /// <returns>The picture; <see cref="Empty"/> where the bytes are none.</returns>
    public static Mat FromImageData(ReadOnlySpan<byte> imageBytes, ImreadModes mode = ImreadModes.Color) => Cv2.ImDecode(imageBytes, mode);

    /// <summary>Type of a pixel.</summary>
    public MatType Type() => Header.Type;

    /// <summary>Channels of a pixel.</summary>
    public int Channels() => Type().Channels;

    /// <summary>Width and height.</summary>
    public Size Size()
    {
        var header = Header;
        return new Size(header.Cols, header.Rows);
    }

    /// <summary>Bytes from row to row.</summary>
    public long Step() => Header.Step;

    /// <summary>Whether rows follow each other without a gap.</summary>
    public bool IsContinuous() => Header.Continuous != 0;

    /// <summary>Whether there is no pixel.</summary>
    public bool Empty()
    {
        var header = Header;
        return header.Data == 0 || header.Rows == 0 || header.Cols == 0;
    }

    /// <summary>Number of pixels.</summary>
    public long Total()
    {
        var header = Header;
        return (long)header.Rows * header.Cols;
    }

    /// <summary>Gives it a size and type; memory stays where they are the same.</summary>
    public void Create(int rows, int cols, MatType type) => NativeMethods.Check(NativeMethods.MatCreate(Handle, rows, cols, type));

    /// <summary>A copy with memory of its own.</summary>
    public Mat Clone()
    {
        NativeMethods.Check(NativeMethods.MatClone(Handle, out var copy));
        return new Mat(copy);
    }

    /// <summary>Copies the pixels.</summary>
    public void CopyTo(OutputArray m) => NativeMethods.Check(NativeMethods.MatCopyTo(Handle, m.Mat.Handle));

    /// <summary>Converts the depth: <c>saturate(alpha · value + beta)</c>; channels stay.</summary>
    public void ConvertTo(OutputArray m, MatType rtype, double alpha = 1, double beta = 0) =>
        NativeMethods.Check(NativeMethods.MatConvertTo(Handle, m.Mat.Handle, rtype, alpha, beta));

    /// <summary>Sets every pixel.</summary>
    public Mat SetTo(Scalar value)
    {
        NativeMethods.Check(NativeMethods.MatSetTo(Handle, value));
        return this;
    }

    /// <summary>A row's bytes as values; valid until the Mat is disposed or given another size.</summary>
    public unsafe Span<T> AsRowSpan<T>(int y)
        where T : unmanaged
    {
        var header = Header;
        if ((uint)y >= (uint)header.Rows) throw new ArgumentOutOfRangeException(nameof(y), y, $"Expected a row below {header.Rows}.");
        return new Span<T>((byte*)header.Data + (y * header.Step), header.Cols * new MatType(header.Type).ElemSize / sizeof(T));
    }

    /// <summary>All pixels as values; valid until the Mat is disposed or given another size.</summary>
    /// <exception cref="InvalidOperationException">Rows have gaps between them.</exception>
    public unsafe Span<T> AsSpan<T>()
        where T : unmanaged
    {
        var header = Header;
        if (header.Continuous == 0) throw new InvalidOperationException("Expected a continuous Mat, got a part of a wider one; clone it or go row by row.");
        return new Span<T>((void*)header.Data, checked(header.Rows * header.Cols * new MatType(header.Type).ElemSize / sizeof(T)));
    }

    /// <summary>One value.</summary>
    public T At<T>(int i0, int i1)
        where T : unmanaged => AsRowSpan<T>(i0)[i1];

    public void Dispose() => Handle.Dispose();
}
