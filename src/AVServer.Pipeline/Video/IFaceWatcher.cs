using AVServer.Vision;
using OpenCvSharp;

namespace AVServer.Pipeline;

/// <summary>Keeps of every face of one stream, slot by slot, what a model will read. One stream's own; one caller at a time.</summary>
internal interface IFaceWatcher
{
    /// <summary>Looks at a face in a slot's picture.</summary>
    /// <param name="slot">One that is later than all, or one that so far only repeated another.</param>
    /// <param name="frame">BGR, 8 bits; not kept.</param>
    /// <param name="face">The face.</param>
    void Add(long slot, Mat frame, TrackedFace face);

    /// <summary>Lets what was seen of a face last stand for another slot.</summary>
    void Hold(int face, long slot);

    /// <summary>Forgets a face.</summary>
    void Forget(int face);
}
