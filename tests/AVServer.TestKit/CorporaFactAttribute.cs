using Xunit;

namespace AVServer.TestKit;

/// <summary>A test that needs the recordings; counted as skipped, with the reason, where they are absent.</summary>
public sealed class CorporaFactAttribute : FactAttribute
{
    internal const string Reason = "needs the recordings: set AVSERVER_CORPORA to their folder";

    public CorporaFactAttribute()
    {
        if (TestPaths.Corpora is null)
            Skip = Reason;
    }
}
