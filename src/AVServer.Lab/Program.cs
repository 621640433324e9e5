using System.CommandLine;
using AVServer.Lab.Commands;
using AVServer.Lab.Data;

var corpora = new Option<string>("--corpora")
{
    Description = "Folder of the corpora.",
    DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AVSERVER_CORPORA") ?? "../shared/corpora",
    Recursive = true
};
var work = new Option<string>("--work")
{
    Description = "Folder for everything that can be made again.",
    DefaultValueFactory = _ => "artifacts/lab",
    Recursive = true
};
var models = new Option<string>("--models")
{
    Description = "Folder of the finished models.",
    DefaultValueFactory = _ => "models",
    Recursive = true
};
var recipe = new Argument<string>("recipe") { Description = "Recipe file." };
LabFolders Folders(ParseResult parsed) => new(parsed.GetValue(corpora)!, parsed.GetValue(work)!, parsed.GetValue(models)!);

var prepare = new Command("prepare", "Decodes the corpora of a data recipe and makes the synthetic one.") { recipe };
prepare.SetAction((parsed, token) => PrepareCommand.RunAsync(Folders(parsed), parsed.GetValue(recipe)!, Console.Out, token));
var train = new Command("train", "Trains a model by its recipe; started again, it goes on where it was.") { recipe };
train.SetAction(parsed => TrainCommand.Run(Folders(parsed), parsed.GetValue(recipe)!, Console.Out));
var export = new Command("export", "Writes a trained model's ONNX file and manifest.") { recipe };
export.SetAction(parsed => ExportCommand.Run(Folders(parsed), parsed.GetValue(recipe)!, Console.Out));
var verifier = new Argument<string>("verifier") { Description = "Recipe file of the second stage." };
var det = new Command("det", "Measures both stages, writes calibration and report.") { recipe, verifier };
det.SetAction(
    (parsed, token) => DetCommand.RunAsync(Folders(parsed), parsed.GetValue(recipe)!, parsed.GetValue(verifier)!, Console.Out, token));
var split = new Option<Split>("--split") { Description = "Which recordings.", DefaultValueFactory = _ => Split.Test };
var score = new Command("score", "Runs the finished models over a split of a data recipe, as the server would.") { recipe, split };
score.SetAction(
    (parsed, token) => ScoreCommand.RunAsync(Folders(parsed), parsed.GetValue(recipe)!, parsed.GetValue(split), Console.Out, token));
var stages = new Argument<string[]>("stages")
{
    Description = "Which of audio, visual, joint-1, joint-2 …; all if none is named.",
    Arity = ArgumentArity.ZeroOrMore
};
var trainAv = new Command(
    "train-av", "Trains an audio-visual spotter by its recipe; started again, it goes on where it was.") { recipe, stages };
trainAv.SetAction(parsed => TrainAvCommand.Run(Folders(parsed), parsed.GetValue(recipe)!, parsed.GetValue(stages) ?? [], Console.Out));
var exportAv = new Command("export-av", "Writes a trained audio-visual spotter's ONNX files and manifest.") { recipe };
exportAv.SetAction(parsed => ExportAvCommand.Run(Folders(parsed), parsed.GetValue(recipe)!, Console.Out));
var evaluateAv = new Command(
    "evaluate-av", "Measures an exported audio-visual spotter on talkers never trained on, writes calibration and report.") { recipe };
evaluateAv.SetAction(parsed => EvaluateAvCommand.Run(Folders(parsed), parsed.GetValue(recipe)!, Console.Out));
var trainEmotion = new Command(
    "train-emotion", "Trains an emotion model by its recipe; started again, it goes on where it was.") { recipe };
trainEmotion.SetAction(parsed => TrainEmotionCommand.Run(Folders(parsed), parsed.GetValue(recipe)!, Console.Out));
var vary = new Option<string[]>("--vary")
{
    Description = "Something otherwise than in the recipe, for an ablation: mscnn.attention=false.",
    DefaultValueFactory = _ => []
};
var foldEmotion = new Command(
    "fold-emotion", "Cross-validates an emotion recipe over speakers; started again, it goes on where it was.") { recipe, vary };
foldEmotion.SetAction(parsed => FoldEmotionCommand.Run(Folders(parsed), parsed.GetValue(recipe)!, Console.Out, parsed.GetValue(vary)!));
var exportEmotion = new Command(
    "export-emotion", "Writes a trained emotion model's ONNX file and manifest, calibrated on its folds.") { recipe };
exportEmotion.SetAction(parsed => ExportEmotionCommand.Run(Folders(parsed), parsed.GetValue(recipe)!, Console.Out));
var evaluateEmotion = new Command(
    "evaluate-emotion",
    "Reports the folds of an emotion recipe and of those beside it, and what the model says of corpora it never met.") { recipe };
evaluateEmotion.SetAction(parsed => EvaluateEmotionCommand.Run(Folders(parsed), parsed.GetValue(recipe)!, Console.Out));
var emotion = new Command(
    "emotion", "Fits an emotion model behind the speech encoder, measures it on strangers corpus by corpus, writes the model.") { recipe };
emotion.SetAction((parsed, token) => EmotionCommand.RunAsync(Folders(parsed), parsed.GetValue(recipe)!, Console.Out, token));
var trainG2p = new Command(
    "train-g2p", "Learns from a lexicon how letters are said, measures it on words left out, writes the model.") { recipe };
trainG2p.SetAction(parsed => TrainG2pCommand.Run(Folders(parsed), parsed.GetValue(recipe)!, Console.Out));
var names = new Argument<string>("names")
{ Description = "Words and how they are said, a line each: word, tab, phones; several pronunciations parted by commas." };
var compareG2p = new Command("compare-g2p", "Says names and words of the test split by the model and by espeak-ng.") { recipe, names };
compareG2p.SetAction(
    (parsed, token) => CompareG2pCommand.RunAsync(Folders(parsed), parsed.GetValue(recipe)!, parsed.GetValue(names)!, Console.Out, token));

var trainPhones = new Command(
    "train-phones", "Teaches a phone network noise by its recipe; started again, it goes on where it was.") { recipe };
trainPhones.SetAction((parsed, token) => TrainPhonesCommand.RunAsync(Folders(parsed), parsed.GetValue(recipe)!, Console.Out, token));
var trainWords = new Command("train-words", "Teaches the judge of typed words and writes the phone model.") { recipe };
trainWords.SetAction((parsed, token) => TrainWordsCommand.RunAsync(Folders(parsed), parsed.GetValue(recipe)!, Console.Out, token));
var exportPhones = new Command(
    "export-phones", "Writes the network of the phone model anew from its weights: products of 8 bits, in ranges of its stored speech.")
    { recipe };
exportPhones.SetAction((parsed, token) => ExportPhonesCommand.RunAsync(Folders(parsed), parsed.GetValue(recipe)!, Console.Out, token));
var shipWords = new Command("ship-words", "Measures the words that come with the phone model.") { recipe };
shipWords.SetAction((parsed, token) => TrainWordsCommand.ShipAsync(Folders(parsed), parsed.GetValue(recipe)!, token));
var evaluateWords = new Command("evaluate-words", "Measures how well typed words are found that taught nothing.") { recipe };
evaluateWords.SetAction((parsed, token) => EvaluateWordsCommand.RunAsync(Folders(parsed), parsed.GetValue(recipe)!, Console.Out, token));

var trainLips = new Command(
    "train-lips", "Teaches a network which phones lips show by its recipe, and writes the model; started again, it goes on.") { recipe };
trainLips.SetAction((parsed, token) => TrainLipsCommand.RunAsync(Folders(parsed), parsed.GetValue(recipe)!, Console.Out, token));
var evaluateLips = new Command("evaluate-lips", "Measures what lips tell of talkers that taught nothing, writes the report.") { recipe };
evaluateLips.SetAction((parsed, token) => EvaluateLipsCommand.RunAsync(Folders(parsed), parsed.GetValue(recipe)!, Console.Out, token));

var networks = new Command(
    "networks", "Lists the networks: inputs, parameters, multiply-accumulates, frames that they see, whether they stream.");
networks.SetAction(_ => NetworksCommand.Run(Console.Out));

var rows = new Argument<string[]>("names") { Description = "Rows of the zoo.", Arity = ArgumentArity.OneOrMore };
var zooRecipe = new Option<string>("--recipe")
{
    Description = "Recipe file of the zoo.",
    DefaultValueFactory = _ => "src/AVServer.Lab/Recipes/zoo.json",
    Recursive = true
};
var zooTrain = new Command("train", "Trains and measures networks of the literature; started again, it goes on where it was.") { rows };
zooTrain.SetAction(parsed => ZooCommand.Train(Folders(parsed), parsed.GetValue(zooRecipe)!, parsed.GetValue(rows)!, Console.Out));
var zooPlan = new Command(
    "plan", "Finds out how many steps of each row fit into its budget: while nothing else runs. Training then may run beside anything.")
{
    rows,
};
zooPlan.SetAction(parsed => ZooCommand.Plan(Folders(parsed), parsed.GetValue(zooRecipe)!, parsed.GetValue(rows)!, Console.Out));
var zooTable = new Command("table", "Writes the table of the zoo into models/README.md, and its picture.");
zooTable.SetAction(parsed => ZooCommand.Table(Folders(parsed), parsed.GetValue(zooRecipe)!, Console.Out));
var zoo = new Command("zoo", "The networks of the literature, by one recipe.") { zooRecipe, zooPlan, zooTrain, zooTable };

return await new RootCommand(
    "The lab of AVServer: data, training, export, evaluation.") { corpora, work, models, prepare, train, export, det, score, trainAv,
        exportAv, evaluateAv, trainEmotion, foldEmotion, exportEmotion, evaluateEmotion, emotion, trainG2p, compareG2p, trainPhones,
        trainWords, exportPhones, shipWords, evaluateWords, trainLips, evaluateLips, networks, zoo }.Parse(args).InvokeAsync();
