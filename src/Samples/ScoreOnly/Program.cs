using System.Globalization;
using Microsoft.ML.BlockPruning;

if (args.Length < 2)
{
    Console.Error.WriteLine("ScoreOnly MODEL [--scores] IMAGE...: says what is on each image; with --scores, every class's logit too.");
    return 2;
}

bool withScores = args[1] == "--scores";
using var model = PrunedModel.Load(args[0]);
foreach (string file in args[(withScores ? 2 : 1)..])
{
    var prediction = model.PredictFile(file);
    Console.WriteLine($"{Path.GetFileName(file)}\t{prediction}{(withScores ? Scores(prediction) : "")}");
}

return 0;

static string Scores(PrunedPrediction prediction) =>
    string.Concat(prediction.Score.Select(score => "\t" + score.ToString("R", CultureInfo.InvariantCulture)));
