using System.Text.Json.Serialization;

namespace AVServer.Lab.Zoo;

/// <summary>What was measured of a trained row of the zoo.</summary>
/// <param name="Minutes">Its budget in minutes of one core.</param>
/// <param name="Steps">Training steps that fitted in.</param>
/// <param name="Accuracy">Share of test windows whose label is right.</param>
/// <param name="Windows">Test windows.</param>
/// <param name="MissesClean">Share of keyword recordings that are missed at each of <see cref="Rates"/>, as recorded.</param>
/// <param name="MissesNoisy">The same in noise as loud as the word (0 dB).</param>
/// <param name="Keywords">Keyword recordings.</param>
/// <param name="Hours">Hours of the held-out corpus.</param>
/// <param name="MicrosecondsAStep">Fastest of many steps of 80 ms in the runtime, on one thread.</param>
/// <param name="Operations">What a network whose work depends on what it hears does on the test windows, a step of 80 ms or a window;
/// absent of any other.</param>
/// <param name="SoundAccuracy">Share of test windows of sounds whose kind is right; absent where sounds are no labels.</param>
internal sealed record ZooResult(
    double Minutes, int Steps, double Accuracy, int Windows, IReadOnlyList<double> MissesClean,
    IReadOnlyList<double> MissesNoisy, int Keywords, double Hours,
    double MicrosecondsAStep,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Operations = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? SoundAccuracy = null)
{
    /// <summary>False alarms an hour of the held-out corpus.</summary>
    internal static IReadOnlyList<double> Rates { get; } = [1, 10, 100];
}
