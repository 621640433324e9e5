using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AVServer.Runtime;

/// <summary>Where the models are and how they run; configuration section <c>Runtime</c>.</summary>
public sealed class RuntimeOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Runtime";

    /// <summary>Folder of the models, relative to the working directory. Default <c>models</c>.</summary>
    [Required]
    public string ModelsPath { get; set; } = "models";

    /// <summary>Most streams that run in one batch. Default 64.</summary>
    [Range(1, 1024)]
    public int MaxBatch { get; set; } = 64;

    /// <summary>Longest a step waits for company while other streams are stepping too; a lone stream never waits. Default 5 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:00.100")]
    public TimeSpan MaxQueueDelay { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Batches of one model that run at the same time, each on one core; 0 takes all cores but one. Default 0.</summary>
    [Range(0, 256)]
    public int Workers { get; set; }

    /// <summary>What computes: <c>cpu</c>, <c>cuda</c> or <c>auto</c>. Default the CPU.</summary>
    [EnumDataType(typeof(InferenceProvider))]
    public InferenceProvider Provider { get; set; } = InferenceProvider.Cpu;

    internal int EffectiveWorkers => Workers > 0 ? Workers : Math.Max(1, Environment.ProcessorCount - 1);
}

/// <summary>What computes.</summary>
public enum InferenceProvider
{
    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>The first CUDA device; where it can't be used the CPU, with a warning in the log.</summary>
    Cuda,

    /// <summary>The first CUDA device where there is one, else the CPU.</summary>
    Auto,
}

/// <summary>Checks <see cref="RuntimeOptions"/> before anything is loaded.</summary>
[OptionsValidator]
public sealed partial class RuntimeOptionsValidator : IValidateOptions<RuntimeOptions>;
