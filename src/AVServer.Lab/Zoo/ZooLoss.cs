namespace AVServer.Lab.Zoo;

/// <summary>What a row of the zoo loses beyond plain cross-entropy; nothing by default.</summary>
/// <param name="Gamma">γ of the focal loss: how little what is sure counts.</param>
/// <param name="IsBinary">Whether each label is judged for itself (binary cross-entropy), as where sounds are labels beside words.</param>
/// <param name="Smoothing">Share of a label that is spread over all.</param>
/// <param name="Mixup">α of mixup; 0 mixes nothing.</param>
/// <param name="EarlyShare">Share of windows in which a stream's step before the surest counts (latency-controlled max-pooling).</param>
/// <param name="EarlySteps">How many steps before.</param>
/// <param name="Teacher">A row, trained before, whose posteriors are learnt too; absent: none.</param>
/// <param name="TeacherShare">Share of the loss that is the teacher's.</param>
/// <param name="Temperature">What logits are divided by where posteriors are compared; a network with an output of its own for the teacher
/// learns its likeliest label instead.</param>
public sealed record ZooLoss(
    double Gamma = 0, bool IsBinary = false, double Smoothing = 0, double Mixup = 0, double EarlyShare = 0, int EarlySteps = 2,
    string? Teacher = null, double TeacherShare = 0.5, double Temperature = 2);
