using Xunit;

namespace AVServer.TestKit;

/// <summary>As <see cref="CorporaFactAttribute"/>, for tests with data.</summary>
public sealed class CorporaTheoryAttribute : TheoryAttribute
{
    public CorporaTheoryAttribute()
    {
        if (TestPaths.Corpora is null)
            Skip = CorporaFactAttribute.Reason;
    }
}
