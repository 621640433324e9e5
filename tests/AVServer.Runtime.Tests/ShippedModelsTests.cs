using AVServer.TestKit;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class ShippedModelsTests
{
    [Fact]
    public void Models_folder_of_the_checkout_opens()
    {
        var store = ModelStore.Open(TestPaths.Models);

        Assert.Contains("speech-embedding", store.Names);
        Assert.Equal(ModelKind.SpeechEmbedding, store.Get("speech-embedding").Manifest.Kind);
    }
}
