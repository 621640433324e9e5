namespace AVServer.Server.Keywords;

/// <summary>A process by itself: nobody else has to be told.</summary>
internal sealed class OwnKeywords : ISharedKeywords
{
    public Task<T> ChangeAsync<T>(string text, Func<Task<T>> change) => change();
}
