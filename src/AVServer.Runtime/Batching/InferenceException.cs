namespace AVServer.Runtime;

/// <summary>A model couldn't run on an input. The stream's state is as it was before.</summary>
public sealed class InferenceException(string model, string got, Exception? innerException = null)
    : Exception($"{model}: expected a result, got {got}. Drop this input, or reset the stream's state.", innerException)
{
    /// <summary>Name of the model.</summary>
    public string Model { get; } = model;
}
