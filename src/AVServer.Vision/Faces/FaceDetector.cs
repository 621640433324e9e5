using AVServer.Runtime;
using Microsoft.Extensions.ObjectPool;
using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>Finds faces in a whole picture: MediaPipe's short-range detector, for faces up to about two metres from the camera.</summary>
/// <remarks>Safe to share: each call takes its memory from a pool.</remarks>
public sealed class FaceDetector : IDisposable
{
    /// <summary>Name of the model's folder.</summary>
    public const string ModelName = "face-detector";

    private const int InputSize = 128;
    private const float MinOverlap = 0.3f; // MediaPipe's min_suppression_threshold

    private readonly FixedShapeGraph _graph;
    private readonly ObjectPool<Workspace> _workspaces;

    /// <summary>Loads the detector.</summary>
    /// <param name="model">The model <see cref="ModelName"/>.</param>
    /// <param name="minScore">Least posterior of a face, above 0 and below 1. Default 0.5, MediaPipe's.</param>
    /// <exception cref="ModelStoreException">The model's files aren't what its manifest says.</exception>
    public FaceDetector(StoredModel model, float minScore = 0.5f)
    {
        if (minScore is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(minScore), minScore, "Expected a posterior above 0 and below 1.");
        _graph = new FixedShapeGraph(model);
        _workspaces = new DefaultObjectPoolProvider()
            .Create(new WorkspacePolicy<Workspace>(() => new Workspace(_graph.CreateRun(), minScore)));
    }

    /// <summary>Finds the faces of a picture.</summary>
    /// <param name="frame">BGR, 8 bits; not kept.</param>
    /// <param name="faces">Receives them, the highest score first.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="ArgumentException">The picture is empty or not BGR.</exception>
    public int Detect(Mat frame, Span<FaceDetection> faces)
    {
        Pictures.RequireBgr(frame);
        var workspace = _workspaces.Get();
        try
        {
            return workspace.Detect(frame, faces);
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

    private sealed class Workspace(GraphRun run, float minScore) : IDisposable
    {
        private readonly BlazeFaceDecoder _decoder = new(minScore, MinOverlap);
        private readonly Mat _square = new(InputSize, InputSize, MatType.CV_8UC3, new Scalar(0));
        private readonly PictureTensor _input = new(run.InputAddress(0), InputSize);
        private Mat? _fitted;
        private Size _frameSize;

        public int Detect(Mat frame, Span<FaceDetection> faces)
        {
            var size = frame.Size();
            if (_fitted is null || size != _frameSize) _fitted = Fit(size);
            // A mean over the area when shrinking: sampling one pixel in five would make the boxes tremble.
            Cv2.Resize(
                frame, _fitted, _fitted.Size(),
                interpolation: size.Width > _fitted.Width ? InterpolationFlags.Area : InterpolationFlags.Linear);
            _input.Write(_square, 1 / 127.5, -1);
            run.Run();

            var count = _decoder.Decode(run.Output(1), run.Output(0), faces);
            var side = (float)Math.Max(size.Width, size.Height);
            for (var i = 0; i < count; i++) faces[i] = InFrame(faces[i], side, (side - size.Width) / 2, (side - size.Height) / 2);
            return count;
        }

        public void Dispose()
        {
            _fitted?.Dispose();
            _input.Dispose();
            _square.Dispose();
            run.Dispose();
        }

        /// <summary>Chooses the middle part of the square that has the frame's shape; the rest stays black.</summary>
        private Mat Fit(Size frame)
        {
            _fitted?.Dispose();
            _square.SetTo(0);
            var side = (double)Math.Max(frame.Width, frame.Height);
            var (width, height) =
                (Math.Max(1, (int)Math.Round(frame.Width / side * InputSize)),
                    Math.Max(1, (int)Math.Round(frame.Height / side * InputSize)));
            _frameSize = frame;
            return new Mat(_square, new Rect((InputSize - width) / 2, (InputSize - height) / 2, width, height));
        }

        private static FaceDetection InFrame(in FaceDetection face, float side, float left, float top)
        {
            return new FaceDetection(
                face.Score,
                new FaceBox((face.Box.X * side) - left, (face.Box.Y * side) - top, face.Box.Width * side, face.Box.Height * side),
                Place(face.RightEye),
                Place(face.LeftEye),
                Place(face.NoseTip),
                Place(face.Mouth));

            Point2f Place(Point2f point) => new((point.X * side) - left, (point.Y * side) - top);
        }
    }
}
