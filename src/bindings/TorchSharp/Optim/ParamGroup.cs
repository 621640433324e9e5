namespace TorchSharp.Modules;

/// <summary>Parameters that an optimizer treats alike.</summary>
public class ParamGroup : torch.optim.ILearningRateController
{
    public ParamGroup(IEnumerable<Parameter> parameters, double? lr = null)
    {
        Parameters = parameters.ToList();
        Given = lr;
    }

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Step size of the next step.</summary>
    public double LearningRate { get; set; }

    /// <summary>Step size before any scheduler changed it.</summary>
    public double InitialLearningRate { get; set; }

    /// <summary>Momentum, or the first β; what a one-cycle scheduler moves.</summary>
    internal double Momentum { get; set; }

    /// <summary>The group's own learning rate; null takes the optimizer's.</summary>
    internal double? Given { get; }
}
