namespace AVServer.Networks;

/// <summary>A network that tells words apart, of windows or step by step.</summary>
public interface IKeywordNetwork : INetwork
{
    /// <summary>
    /// Frames [B, T, values] → logits: [B, labels] of a window, the first of which stands for what is no word; [B, S, words] of a stream.
    /// </summary>
    Value Logits(Value features);
}
