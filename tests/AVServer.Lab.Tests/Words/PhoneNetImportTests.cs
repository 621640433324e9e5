using System.Runtime.InteropServices;
using AVServer.Lab.Export;
using AVServer.Lab.Import.Kaldi;
using AVServer.Lab.Words;
using AVServer.Networks;
using AVServer.TestKit;

namespace AVServer.Lab.Tests.Words;

/// <summary>The network that is made of Kaldi's file, against an independent reader of it.</summary>
[Trait("Category", "golden")]
public sealed class PhoneNetImportTests
{
    // Two front ends in single precision; the scores reach from -6 to 10.
    private const float Tolerance = 5e-3f;
    private const int EverySixteenth = 16;

    private static readonly Lazy<KaldiModel> Model = new(() => KaldiModel.Load(Path.Combine(TestPaths.Models, "vosk-small-en", "am", "final.mdl")));

    [Fact]
    public void Imported_network_gives_the_scores_of_an_independent_reader()
    {
        var samples = MemoryMarshal.Cast<byte, short>(File.ReadAllBytes(TestPaths.Golden("kaldi-phones", "sound.s16"))).ToArray().Select(sample => sample / 32768f).ToArray();
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(TestPaths.Golden("kaldi-phones", "scores.f32"))).ToArray();
        using var codes = new PhoneCodes(PhoneNetImport.Build(Model.Value), noiseVariance: 0);
        var scores = codes.Score(codes.EncodeAlone(samples));
        var got = scores.Where((_, i) => i % codes.States % EverySixteenth == 0).ToArray();
        Assert.Equal(expected.Length, got.Length);
        Assert.All(expected.Zip(got), pair => Assert.InRange(pair.Second, pair.First - Tolerance, pair.First + Tolerance));
    }

    [Fact]
    public void Every_state_belongs_to_one_phone()
    {
        var states = PhoneInventory.Read(Model.Value);
        // A few outputs serve a phone's first frame and its later ones; none serves two phones, and none is left over.
        var owned = Enumerable.Range(0, states.Phones.Count)
            .SelectMany(phone => states.Enter(phone).ToArray().Concat(states.Stay(phone).ToArray()).Distinct()).ToList();
        Assert.Equal(Enumerable.Range(0, new PhoneNetConfig().States), owned.Order());
    }

    [Fact]
    public void Streaming_graph_gives_the_definition_s_scores()
    {
        var exported = ModelExporter.Export(PhoneNetImport.Build(Model.Value));
        Assert.InRange(exported.MaxDifference, 0, ParityCheck.Limit);
    }

    [Fact]
    public void A_file_of_another_kind_is_refused()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "not a model");
        var error = Assert.Throws<InvalidDataException>(() => KaldiModel.Load(path));
        Assert.Contains("<Tuples>", error.Message, StringComparison.Ordinal);
        File.Delete(path);
    }
}
