using System.Globalization;
using Spectre.Console;

namespace BlockPrune.Cli;

/// <summary>What <c>blockprune evaluate</c> answers.</summary>
/// <param name="output">Takes it.</param>
/// <param name="images">The images.</param>
/// <param name="figures">Every model's.</param>
/// <param name="first">The model that the command line names first.</param>
internal sealed class EvaluateAnswer(CliOutput output, IImageSource images, Evaluation figures, ModelAnswers first)
{
    public void Write(bool isJson)
    {
        string[] absent = [.. first.Counts.Classes.Where(one => one.Images == 0).Select(one => images.Classes[one.Class].Name)];
        if (isJson)
        {
            output.Json(new
            {
                first.Counts.Images,
                first.Counts.Top1,
                first.Counts.MacroAccuracy,
                Unreadable = images.Unreadable.Count,
                images.Classes,
                ClassesWithoutImages = absent,
                Preprocessing = first.Model.Network.PreprocessingSteps,
                Models = figures.Models.Select(Figures),
            });
            return;
        }

        if (figures.Models.Count == 1)
        {
            output.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"top-1 {100 * first.Counts.Top1:F2} %, mean over classes {100 * first.Counts.MacroAccuracy:F2} %, "
                + $"{first.Counts.Images} images"));
        }
        else
        {
            output.Console.Write(EvaluateTables.Summary(figures));
            output.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{first.Counts.Images} images."));
        }

        var classes = images.Classes.Select(one => one.Name).ToList();
        output.Console.Write(EvaluateTables.ByClass(figures, first, classes));
        foreach (var one in figures.Models)
        {
            output.Console.Write(EvaluateTables.Confusions(one, classes));
        }

        output.Error.WriteLine(NetworkWords.Classes(images.Classes));
        SayPreprocessing();
        if (absent.Length > 0)
        {
            output.Error.WriteLine($"There is no image of {absent.Length} of the {classes.Count} classes, which count for nothing.");
        }
    }

    // Once where it is the same for all, as it should be.
    private void SayPreprocessing()
    {
        bool isOne = figures.Models
            .DistinctBy(one => string.Join("; ", one.Model.Network.PreprocessingSteps.Select(step => (step.Name, step.Value))))
            .Count() == 1;
        foreach (var model in isOne ? [first.Model] : figures.Models.Select(one => one.Model))
        {
            output.Error.WriteLine(
                (isOne ? "" : $"{model.Name}: ") + NetworkWords.Preprocessing(model.Network.PreprocessingSteps));
        }
    }

    private object Figures(ModelAnswers one) => new
    {
        Model = one.Model.Name,
        one.Counts.Top1,
        one.Counts.MacroAccuracy,
        one.Changes?.Agreement,
        one.Changes?.BecameRight,
        one.Changes?.BecameWrong,
        one.Model.Network.MultiplyAdds,
        one.Model.Network.WeightBytes,
        Preprocessing = one.Model.Network.PreprocessingSteps,
        Classes = one.Counts.Classes.Select(figures => new
        {
            images.Classes[figures.Class].Name,
            figures.Images,
            figures.Right,
            figures.Top1,
            TakenFor = figures.Worst is { } worst ? images.Classes[worst.Answer].Name : null,
            TakenForImages = figures.Worst?.Images,
        }),
        Confusions = one.Counts.Confusions.Select(pair => new
        {
            Class = images.Classes[pair.Class].Name,
            TakenFor = images.Classes[pair.Answer].Name,
            pair.Images,
        }),
    };
}
