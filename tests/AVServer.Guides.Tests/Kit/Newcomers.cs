namespace AVServer.Guides.Tests.Kit;

/// <summary>Tests that share one newcomer.</summary>
[CollectionDefinition(nameof(Newcomers))]
public sealed class Newcomers : ICollectionFixture<Newcomer>;
