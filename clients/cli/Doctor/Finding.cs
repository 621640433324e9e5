namespace AVServer.Cli.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Verdict">Whether it will do.</param>
/// <param name="Found">What there is, in a few words.</param>
/// <param name="Remedy">What to do about it; null where there is nothing to do.</param>
internal sealed record Finding(string Check, FindingVerdict Verdict, string Found, string? Remedy = null)
{
    public static Finding Ok(string check, string found) => new(check, FindingVerdict.Ok, found);

    public static Finding Warn(string check, string found, string remedy) => new(check, FindingVerdict.Warn, found, remedy);

    public static Finding Fail(string check, string found, string remedy) => new(check, FindingVerdict.Fail, found, remedy);
}

/// <summary>Whether what was found will do.</summary>
internal enum FindingVerdict
{
    /// <summary>It will.</summary>
    Ok,

    /// <summary>The server runs with it, but not as well or not with everything.</summary>
    Warn,

    /// <summary>The server doesn't run with it, or can't do what it is for.</summary>
    Fail,
}
