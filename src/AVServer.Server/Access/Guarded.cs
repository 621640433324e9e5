namespace AVServer.Server.Access;

/// <summary>Marks the endpoints that need the API key and an allowed origin.</summary>
internal sealed class Guarded
{
    public static Guarded Instance { get; } = new();
}
