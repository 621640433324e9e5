using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace AVServer.Fuzz.Tests;

/// <summary>
/// Inputs of strangers that were changed, through each parser: nothing but the documented error comes of them, in bounded memory and time.
/// A thousand each here, the same ones each time; <c>scripts/soak.sh fuzz</c> asks for a million each.
/// </summary>
[Trait("Category", "unit")]
public sealed class FuzzTests
{
    private const ulong Seed = 20261129;
    private const int InputsHere = 1_000;
    private const int MostChanges = 12;

    private static readonly int Inputs = (int)(Setting("AVSERVER_FUZZ_INPUTS") ?? InputsHere);

    // One alone may be asked for, by a part of its name.
    private static readonly string Wanted = Environment.GetEnvironmentVariable("AVSERVER_FUZZ_PARSER") ?? "";

    public static TheoryData<string> Names =>
        [.. Parsers.All.Select(parser => parser.Name).Where(name => name.Contains(Wanted, StringComparison.OrdinalIgnoreCase))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Strangers_bytes_are_read_or_refused_and_hurt_nobody(string parser)
    {
        var target = Parsers.All.Single(each => each.Name == parser);
        target.Read(target.Seeds[0]);   // which is well formed
        var seedOfRun = Setting("AVSERVER_FUZZ_SEED") ?? Seed;
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(Inputs).WithStartSize(1).WithEndSize(MostChanges)
            .WithReplay(seedOfRun, (seedOfRun * 2) + 1);   // the second number must be odd
        Prop.ForAll(Mutation.Inputs, numbers => target.Try(Mutation.Apply(numbers, target.Seeds, target.Words))).Check(config);
    }

    private static ulong? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
}
