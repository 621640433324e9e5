using AVServer.Lab.Data;
using AVServer.Lab.Import.Kaldi;
using AVServer.Lab.Words;
using AVServer.Models;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab evaluate-words</c>: how well typed words are found that taught nothing.</summary>
public static class EvaluateWordsCommand
{
    public static async Task RunAsync(LabFolders folders, string recipePath, TextWriter output, CancellationToken cancellationToken)
    {
        var recipe = WordsRecipe.Load(recipePath);
        var dataPath = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(recipePath))!, recipe.Data);
        var cache = new CorpusCache(folders.Cache);
        foreach (var set in DataRecipe.Load(dataPath).Sets)
            if (await cache.DecodeAsync(folders.Corpora, set, cancellationToken)) await output.WriteLineAsync($"{set}: decoded");
        TorchSharp.torch.set_num_threads(1);
        var kaldi = KaldiModel.Load(Path.Combine(folders.Models, recipe.Teacher, "am", "final.mdl"));
        var net = PhoneNetImport.Build(kaldi);
        if (recipe.Network.Length > 0) Checkpoints.Restore(folders, recipe.Network, net);
        using var material = new JudgeMaterial(folders, recipe, recipePath, net, kaldi, output.WriteLine);
        await output.WriteLineAsync($"{material.Spoken.Count} recordings, {material.Spoken.Count(spoken => spoken.Text is not null)} with their text");
        var texts = WordTexts.Choose(material.Spoken, material.Pronouncer, recipe.Texts, recipe.Seed).Union(recipe.WakeWords).ToArray();
        var data = JudgeData.Make(material, recipe, texts, output.WriteLine);
        var report = WakeWordReport.Measure(material, data, recipe, output.WriteLine);
        await output.WriteAsync(report);
    }
}
