namespace AVServer.Media.Pull;

/// <summary>What is wanted of a source.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Sound">Whether its sound is.</param>
/// <param name="Pictures">Whether its pictures are.</param>
public sealed record PullRequest(SourceAddress Address, bool Sound, bool Pictures);
