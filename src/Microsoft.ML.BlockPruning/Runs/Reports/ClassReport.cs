using System.Globalization;

namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>A class of a network, and what the images call it. Immutable.</summary>
public sealed class ClassReport
{
    /// <summary>The class's number in the dense network, from 0: the row of its head.</summary>
    public required int Index { get; init; }

    /// <summary>The network's name of it; where the network names none, what the images call it, else its number.</summary>
    public required string Name { get; init; }

    /// <summary>What the images call it, such as the name of their folder, where that is another name; else null.</summary>
    public string? Label { get; init; }

    /// <summary>The slot of <c>Score</c>, from 0; the key of <c>PredictedLabel</c> is one more.</summary>
    public required int Slot { get; init; }

    /// <summary>The number and the name, and what the images call it where that is another name.</summary>
    public override string ToString() => Label is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Index} {Name}")
        : string.Create(CultureInfo.InvariantCulture, $"{Index} {Name} (the images' '{Label}')");
}
