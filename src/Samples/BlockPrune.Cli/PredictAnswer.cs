using System.Globalization;

namespace BlockPrune.Cli;

/// <summary>What <c>blockprune predict</c> answers: a line an image.</summary>
/// <param name="output">Takes it.</param>
/// <param name="images">The images and their classes.</param>
/// <param name="top">How many classes of each are named.</param>
/// <param name="isJson">Whether each line is an object.</param>
internal sealed class PredictAnswer(CliOutput output, PredictedImages images, int top, bool isJson)
{
    private int _right;
    private int _known;

    /// <summary>Writes an image's line.</summary>
    /// <param name="row">Its number, from 0.</param>
    /// <param name="scores">What the network says.</param>
    public void Write(int row, ScoreRow scores)
    {
        var best = Enumerable.Range(0, scores.Score.Length).OrderByDescending(slot => scores.Score[slot]).Take(top)
            .Select(slot => (Slot: slot, Label: images.Classes[slot], Probability: scores.Probability[slot])).ToList();
        bool isKnown = images.Labels[row] >= 0, isRight = isKnown && best[0].Slot == images.Labels[row];
        string? expected = isKnown ? images.Classes[images.Labels[row]] : null;
        _known += isKnown ? 1 : 0;
        _right += isRight ? 1 : 0;
        if (isJson)
        {
            output.Json(new
            {
                Image = images.Names[row],
                best[0].Label,
                best[0].Probability,
                Expected = expected,
                IsRight = isKnown ? isRight : (bool?)null,
                Top = top == 1 ? null : best.Select(one => new { one.Label, one.Probability }),
                scores.Score,
            });
            return;
        }

        string named = string.Join(", ", best.Select(one => string.Create(
            CultureInfo.InvariantCulture, $"{one.Label} ({100 * one.Probability:F1} %)")));
        string mark = !isKnown ? "" : isRight ? " - right" : $" - wrong, it is {expected}";
        output.Out.WriteLine($"{images.Names[row]}: {named}{mark}");
    }

    /// <summary>How many are right, of those whose class is known.</summary>
    public void Summarize()
    {
        if (!isJson && _known > 0)
        {
            output.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_right} of {_known} right."));
        }
    }
}
