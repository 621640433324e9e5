using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Features;
using AVServer.Vision;
using OpenCvSharp;

namespace AVServer.Lab.Tests.AudioVisual;

[Trait("Category", "unit")]
public sealed class LipRendererTests
{
    private const int Pixels = LipWarp.Side * LipWarp.Side;

    private static float[] Render(LipAugmentRecipe? recipe, LipRecording recording, int first, double speed, int count, int seed = 1)
    {
        var target = new float[count * Pixels];
        new LipRenderer(recipe).Render(recording, first, speed, new Random(seed), target);
        return target;
    }

    private static LipRecording Textured(int pictures)
    {
        var lips = new byte[pictures * LipRecording.PictureBytes];
        new Random(4).NextBytes(lips);
        return new LipRecording(new short[16_000], lips, [.. Enumerable.Repeat(true, pictures)], new float[pictures * LipShape.Measures]);
    }

    [Fact]
    public void Nothing_changed_is_the_middle_of_the_picture()
    {
        var recording = Textured(2);
        var rendered = Render(null, recording, 0, 1, 2);
        for (var y = 0; y < LipWarp.Side; y++)
            for (var x = 0; x < LipWarp.Side; x++)
                Assert.Equal(
                    recording.Picture(1)[((y + 16) * LipRecording.Side) + x + 16] / 255f, rendered[Pixels + (y * LipWarp.Side) + x], 4);
    }

    [Fact]
    public void Twice_the_speed_takes_every_other_picture_and_ends_are_held()
    {
        var recording = MadeUp.Recording(MadeUp.Clip("now"));
        var rendered = Render(null, recording, -2, 2, 50);
        float At(int picture) => rendered[picture * Pixels];
        float Of(int picture) => Render(null, recording, picture, 1, 1)[0];
        Assert.Equal(Of(0), At(0), 5);
        Assert.Equal(Of(0), At(2), 5);
        Assert.Equal(Of(20), At(12), 5);
        Assert.Equal(Of(74), At(49), 5);
        Assert.NotEqual(Of(20), Of(21), 3);
    }

    [Fact]
    public void Chances_come_from_the_seed_and_values_stay_in_range()
    {
        var recording = Textured(3);
        var one = Render(new LipAugmentRecipe(), recording, 0, 1.1, 3, seed: 7);
        Assert.Equal(one, Render(new LipAugmentRecipe(), recording, 0, 1.1, 3, seed: 7));
        Assert.NotEqual(one, Render(new LipAugmentRecipe(), recording, 0, 1.1, 3, seed: 8));
        Assert.All(one, value => Assert.InRange(value, 0f, 1f));
    }

    [Fact]
    public void Mirror_turns_left_and_right_around()
    {
        var still = new LipAugmentRecipe(0, 1, 1, 0, 0, 0, 0, 0, FlipShare: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        var recording = Textured(1);
        var (plain, mirrored) = (Render(null, recording, 0, 1, 1), Render(still, recording, 0, 1, 1));
        for (var x = 0; x < LipWarp.Side; x++)
            Assert.Equal(plain[(5 * LipWarp.Side) + x], mirrored[(5 * LipWarp.Side) + LipWarp.Side - 1 - x], 3);
    }

    [Fact]
    public void Same_change_holds_for_all_pictures_of_a_recording()
    {
        var lips = Textured(1).Lips;
        var still = new LipRecording(new short[16_000], [.. lips, .. lips], [true, true], new float[2 * LipShape.Measures]);
        var rendered = Render(new LipAugmentRecipe(TrembleShare: 0, MaxNoise: 0), still, 0, 1, 2);
        Assert.Equal(rendered[..Pixels], rendered[Pixels..]);
    }

    [Fact]
    public void Equalised_histogram_is_even()
    {
        var dark = new LipRecording(
            new short[16_000], [.. Enumerable.Range(0, LipRecording.PictureBytes).Select(i => (byte)(20 + (i % 40)))], [true],
            new float[LipShape.Measures]);
        var equalise = new LipAugmentRecipe(0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, EqualiseShare: 1, 0, 0, 0, 0, 0);
        var rendered = Render(equalise, dark, 0, 1, 1);
        Assert.InRange(rendered.Average(), 0.45, 0.57);
        Assert.True(rendered.Max() - rendered.Min() > 0.9);
        Assert.True(Render(null, dark, 0, 1, 1).Max() < 0.3);
    }

    [Fact]
    public void Motion_moves_the_mouth_further_or_less_far_from_its_mean()
    {
        var lips = new byte[8 * LipRecording.PictureBytes];
        // the mean that one picture in four tells is 100
        for (var i = 0; i < lips.Length; i++) lips[i] = (byte)(i / LipRecording.PictureBytes % 4 == 0 ? 100 : 120);
        var recording = new LipRecording(new short[16_000], lips, [.. Enumerable.Repeat(true, 8)], new float[8 * LipShape.Measures]);
        var moved = new LipAugmentRecipe(0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, MotionSpread: 1, TextureSpread: 0);
        var open = Enumerable.Range(0, 40).Select(seed => Render(moved, recording, 0, 1, 2, seed)).ToArray();
        Assert.All(open, rendered => Assert.Equal(100 / 255f, rendered[0], 3));
        Assert.InRange(open.Min(rendered => rendered[Pixels]), 110 / 255f, 112 / 255f);
        Assert.InRange(open.Max(rendered => rendered[Pixels]), 136 / 255f, 140.01f / 255f);
    }

    [Fact]
    public void Texture_changes_a_face_from_place_to_place_and_stays_on_it()
    {
        var flat = new LipRecording(
            new short[16_000], [.. Enumerable.Repeat((byte)120, 2 * LipRecording.PictureBytes)], [true, true],
            new float[2 * LipShape.Measures]);
        var bearded = Render(
            new LipAugmentRecipe(0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, MotionSpread: 0, TextureSpread: 0.3), flat, 0, 1, 2);
        Assert.True(bearded[..Pixels].Max() - bearded[..Pixels].Min() > 0.05);
        Assert.Equal(bearded[..Pixels], bearded[Pixels..]);
    }

    [Fact]
    public void Middle_of_the_crop_with_margin_is_what_serving_cuts()
    {
        using var frame = new Mat(288, 360, MatType.CV_8UC3);
        var pixels = frame.AsSpan<byte>();
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(127 + (60 * Math.Sin(i / 3 % 360 * 0.11)) + (60 * Math.Cos(i / 1080 * 0.13)));
        foreach (var width in new[] { 51.3f, 70f, 155.5f })
        {
            var roi = new LipRoi(new Point2f(181.2f, 140.7f), width);
            using var margin = new MarginCropper();
            using var plain = new LipRoiCropper();
            var (wide, served) = (margin.Crop(frame, roi), new byte[Pixels]);
            plain.CropGray(frame, roi, served);
            for (var y = 0; y < LipWarp.Side; y++)
                for (var x = 0; x < LipWarp.Side; x++)
                    Assert.InRange(wide[((y + 16) * LipRecording.Side) + x + 16] - served[(y * LipWarp.Side) + x], -1, 1);
        }
    }
}
