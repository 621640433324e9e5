namespace AVServer.TestKit;

/// <summary>How much a piece of work allocates once it is warm.</summary>
public static class Allocations
{
    private const int Rounds = 5;

    /// <summary>
    /// Runs <paramref name="work"/> six times and returns the bytes that the thriftiest of the last five runs allocated on this thread.
    /// The least of several: the runtime itself allocates now and then on the caller's thread (a type's first use, a method compiled anew),
    /// the work does so each time.
    /// </summary>
    public static long LeastOf(Action work)
    {
        work();
        var least = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
