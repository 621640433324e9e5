using System.Runtime.InteropServices;
using AVServer.Runtime;
using Microsoft.Extensions.ObjectPool;
using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>Finds the 468 landmarks of one face, given about where it is: MediaPipe's face mesh.</summary>
/// <remarks>Safe to share: each call takes its memory from a pool.</remarks>
public sealed class FaceMesh : IDisposable
{
    /// <summary>Name of the model's folder.</summary>
    public const string ModelName = "face-mesh";

    private const int InputSize = 192;

    private readonly FixedShapeGraph _graph;
    private readonly ObjectPool<Workspace> _workspaces;

    /// <summary>Loads the mesh.</summary>
    /// <param name="model">The model <see cref="ModelName"/>.</param>
    /// <exception cref="ModelStoreException">The model's files aren't what its manifest says.</exception>
    public FaceMesh(StoredModel model)
    {
        _graph = new FixedShapeGraph(model);
        _workspaces = new DefaultObjectPoolProvider().Create(new WorkspacePolicy<Workspace>(() => new Workspace(_graph.CreateRun())));
    }

    /// <summary>Finds the landmarks of the face in a region.</summary>
    /// <param name="frame">BGR, 8 bits; not kept.</param>
    /// <param name="region">Where the face is; may reach beyond the picture.</param>
    /// <param name="landmarks">
    /// Receives <see cref="FaceLandmarks.Count"/> points: x and y in pixels from the picture's upper left corner, z in the same unit,
    /// smaller towards the camera.
    /// </param>
    /// <returns>Posterior of a face being there, 0 to 1; where it is low the landmarks mean nothing.</returns>
    /// <exception cref="ArgumentException">The picture is empty or not BGR, or the landmarks' length is another.</exception>
    public float Locate(Mat frame, in FaceRegion region, Span<Point3f> landmarks)
    {
        Pictures.RequireBgr(frame);
        if (landmarks.Length != FaceLandmarks.Count)
            throw new ArgumentException($"Expected room for {FaceLandmarks.Count} landmarks, got {landmarks.Length}.", nameof(landmarks));
        var workspace = _workspaces.Get();
        try
        {
            return workspace.Locate(frame, region, landmarks);
        }
        finally
        {
            _workspaces.Return(workspace);
        }
    }

    public void Dispose()
    {
        (_workspaces as IDisposable)?.Dispose();
        _graph.Dispose();
    }

    private sealed class Workspace : IDisposable
    {
        private readonly GraphRun _run;
        private readonly PictureTensor _input;
        private readonly Mat _crop = new();
        private readonly double[] _matrix = GC.AllocateArray<double>(6, pinned: true);
        private readonly Mat _matrixMat;

        public Workspace(GraphRun run)
        {
            _run = run;
            _input = new PictureTensor(run.InputAddress(0), InputSize);
            _matrixMat = Mat.FromPixelData(2, 3, MatType.CV_64FC1, Marshal.UnsafeAddrOfPinnedArrayElement(_matrix, 0));
        }

        public float Locate(Mat frame, in FaceRegion region, Span<Point3f> landmarks)
        {
            var scale = region.Size / InputSize;
            var (cos, sin) = (MathF.Cos(region.Angle) * scale, MathF.Sin(region.Angle) * scale);
            var left = region.Centre.X - ((cos - sin) * InputSize / 2);
            var top = region.Centre.Y - ((sin + cos) * InputSize / 2);
            WriteMatrix(cos, sin, left, top);
            Cv2.WarpAffine(
                frame, _crop, _matrixMat, new Size(InputSize, InputSize), InterpolationFlags.Linear | InterpolationFlags.WarpInverseMap);
            _input.Write(_crop, 1 / 255.0, 0);
            _run.Run();

            var points = _run.Output(0);
            for (var i = 0; i < landmarks.Length; i++)
            {
                var (x, y, z) = (points[3 * i], points[(3 * i) + 1], points[(3 * i) + 2]);
                landmarks[i] = new Point3f((cos * x) - (sin * y) + left, (sin * x) + (cos * y) + top, z * scale);
            }
            return 1 / (1 + MathF.Exp(-_run.Output(1)[0]));
        }

        public void Dispose()
        {
            _matrixMat.Dispose();
            _crop.Dispose();
            _input.Dispose();
            _run.Dispose();
        }

        // OpenCV counts from the first pixel's centre, everything here from its corner: half a pixel on both sides.
        private void WriteMatrix(float cos, float sin, float left, float top)
        {
            _matrix[0] = cos;
            _matrix[1] = -sin;
            _matrix[2] = left + ((cos - sin) / 2) - 0.5;
            _matrix[3] = sin;
            _matrix[4] = cos;
            _matrix[5] = top + ((sin + cos) / 2) - 0.5;
        }
    }
}
