namespace OpenCvSharp;

/// <summary>A setting of an encoder.</summary>
public sealed record ImageEncodingParam(ImwriteFlags EncodingId, int Value);
