namespace AVServer.Networks;

/// <summary>A network that has an output of its own for what a teacher says, beside that for the label.</summary>
public interface ITaughtNetwork
{
    /// <summary>Frames [B, T, values] → logits [B, labels] for the label and for the teacher's; what it serves is their mean.</summary>
    (Value Own, Value Teachers) Heads(Value features);
}
