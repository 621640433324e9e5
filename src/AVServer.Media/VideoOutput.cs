namespace AVServer.Media;

/// <summary>
/// How the pictures of a container are wanted: decoded, turned upright, scaled down to fit. JPEG chunks are passed on as they are.
/// </summary>
/// <param name="Format"><see cref="PixelFormat.Gray8"/> or <see cref="PixelFormat.Bgr24"/>.</param>
/// <param name="MaxWidth">Pictures wider than this are scaled down, shape kept; 16 to 4096.</param>
/// <param name="MaxHeight">Pictures higher than this are scaled down, shape kept; 16 to 4096.</param>
/// <param name="Fps">Pictures per second, made by repeating and leaving out, 1 to 120; null: those that there are, at their own times, of
/// more than 60 a second some.</param>
public sealed record VideoOutput(PixelFormat Format = PixelFormat.Gray8, int MaxWidth = 640, int MaxHeight = 480, double? Fps = 25);
