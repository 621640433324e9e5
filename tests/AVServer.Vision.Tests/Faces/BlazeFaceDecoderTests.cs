using OpenCvSharp;

namespace AVServer.Vision.Tests.Faces;

[Trait("Category", "unit")]
public sealed class BlazeFaceDecoderTests
{
    private readonly float[] _logits = [.. Enumerable.Repeat(-10f, BlazeFaceDecoder.Anchors)];
    private readonly float[] _regressors = new float[BlazeFaceDecoder.Anchors * BlazeFaceDecoder.ValuesPerAnchor];
    private readonly FaceDetection[] _faces = new FaceDetection[8];

    [Fact]
    public void Anchor_of_the_fine_grid_lies_at_its_cells_centre()
    {
        // Anchor 2 · (3 · 16 + 5) + 1 is the second of column 5, row 3 of 16; values are pixels of 128.
        Set(107, 2, 12.8f, -6.4f, 32, 64);
        var face = Assert.Single(Decode());
        var (x, y) = ((5.5f / 16) + 0.1f, (3.5f / 16) - 0.05f);
        Assert.Equal(1 / (1 + MathF.Exp(-2)), face.Score, 1e-6f);
        Assert.Equal(x - 0.125f, face.Box.X, 1e-5f);
        Assert.Equal(y - 0.25f, face.Box.Y, 1e-5f);
        Assert.Equal((0.25f, 0.5f), (face.Box.Width, face.Box.Height));
        Assert.Equal(new Point2f(5.5f / 16, 3.5f / 16), face.RightEye);
    }

    [Fact]
    public void Anchor_of_the_coarse_grid_lies_at_its_cells_centre()
    {
        // 512 anchors of the fine grid, then six a cell: the last is column 7, row 7 of 8.
        Set(895, 2, 0, 0, 12.8f, 12.8f);
        var centre = Assert.Single(Decode()).Box.Centre;
        Assert.Equal(7.5f / 8, centre.X, 1e-5f);
        Assert.Equal(7.5f / 8, centre.Y, 1e-5f);
    }

    [Fact]
    public void Score_below_the_least_is_no_face()
    {
        Set(100, -0.01f, 0, 0, 32, 32);
        Assert.Empty(Decode());
        Set(100, 0.01f, 0, 0, 32, 32);
        Assert.Single(Decode());
    }

    [Fact]
    public void Overlapping_boxes_become_their_mean_weighted_by_score()
    {
        // Two anchors of one cell: weights 0.5 and 0.75, centres 8 pixels apart.
        Set(200, 0, 0, 0, 64, 64);
        Set(201, MathF.Log(3), 8, 0, 64, 64);
        var face = Assert.Single(Decode());
        var first = ((200 / 2 % 16) + 0.5f) / 16;
        Assert.Equal(first + (8 / 128f * 0.75f / 1.25f), face.Box.Centre.X, 1e-5f);
        Assert.Equal(0.75f, face.Score, 1e-5f);
    }

    [Fact]
    public void Boxes_apart_stay_apart_the_best_first()
    {
        Set(0, 1, 0, 0, 16, 16);
        Set(510, 3, 0, 0, 16, 16);
        var faces = Decode();
        Assert.Equal(2, faces.Length);
        Assert.True(faces[0].Score > faces[1].Score);
        Assert.True(faces[0].Box.X > faces[1].Box.X);
    }

    [Fact]
    public void Boxes_without_area_end_the_search_too()
    {
        for (var i = 0; i < 20; i++) Set(i, 1, 0, 0, 0, 0);
        Assert.Equal(8, Decode().Length);
    }

    private FaceDetection[] Decode() => _faces[..new BlazeFaceDecoder(0.5f, 0.3f).Decode(_logits, _regressors, _faces)];

    private void Set(int anchor, float logit, float x, float y, float width, float height)
    {
        _logits[anchor] = logit;
        new[] { x, y, width, height }.CopyTo(_regressors, anchor * BlazeFaceDecoder.ValuesPerAnchor);
    }
}
