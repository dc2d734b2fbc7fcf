using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning;

/// <summary>Which class of the network stands behind which key of the label column.</summary>
/// <param name="Names">[numClasses] in key order: slot names of Score and key values of PredictedLabel.</param>
/// <param name="ClassOfKey">[numClasses] the network's class of each key, from 0.</param>
/// <param name="Reason">How the order was found, for the log.</param>
internal sealed record ClassOrder(IReadOnlyList<string> Names, IReadOnlyList<int> ClassOfKey, string Reason)
{
    /// <summary>Finds the order.</summary>
    /// <param name="context">Marks exceptions as ML.NET's.</param>
    /// <param name="numClasses">Classes of the network.</param>
    /// <param name="labelNames">[numClasses] names from config.json, in the network's order, or null.</param>
    /// <param name="label">The label column, or null.</param>
    /// <exception cref="InvalidOperationException">
    /// The column or config.json has another number of classes than the network, or config.json names some of the column's and not others.
    /// </exception>
    public static ClassOrder Resolve(IExceptionContext context, int numClasses, IReadOnlyList<string>? labelNames, LabelColumn? label)
    {
        CheckCount(context, numClasses, labelNames);
        if (label is not null && label.Count != numClasses)
        {
            throw context.Process(new InvalidOperationException(
                $"The label column '{label.Column.Name}' has {label.Count} classes, but the network has {numClasses}. "
                + "Give MapValueToKey all classes (keyData; ReadClassNames has them), or set LabelColumnName to null."));
        }

        string[] numbers = Numbers(numClasses);
        int[] same = [.. Enumerable.Range(0, numClasses)];
        if (label?.KeyValues is not { } keys)
        {
            return new ClassOrder(labelNames ?? numbers, same, "classes in the network's order");
        }

        if (labelNames?.Intersect(keys).Any() == true && keys.Except(labelNames).FirstOrDefault() is { } stranger)
        {
            // One name that fits proves that the others are meant as names too; by the alphabet they would take a stranger's place.
            throw context.Process(new InvalidOperationException(
                $"The label column '{label.Column.Name}' has the class '{stranger}', which config.json does not name; "
                + $"it names {string.Join(", ", labelNames)}."));
        }

        return ByName(labelNames, keys, "classes by their names in config.json")
            ?? ByName(numbers, keys, "classes by their numbers")
            ?? ByName([.. keys.Order(StringComparer.Ordinal)], keys, "classes in alphabetical order")
            ?? throw context.Process(new InvalidOperationException(
                $"The label column '{label.Column.Name}' has one name for two keys: "
                + $"{string.Join(", ", keys.Order(StringComparer.Ordinal))}."));
    }

    /// <summary>The classes of a file, in the network's order.</summary>
    /// <param name="context">Marks exceptions as ML.NET's.</param>
    /// <param name="modelPath">The dense network.</param>
    /// <returns>The names in config.json; the numbers 0, 1 … where it has none.</returns>
    /// <exception cref="InvalidOperationException">config.json has another number of classes than the network.</exception>
    public static IReadOnlyList<string> NamesOf(IExceptionContext context, string modelPath)
    {
        int numClasses = ViTCheckpoint.ReadShape(modelPath).NumClasses;
        var labelNames = CheckpointConfig.TryReadBeside(modelPath)?.LabelNames;
        CheckCount(context, numClasses, labelNames);
        return labelNames ?? Numbers(numClasses);
    }

    /// <summary>Puts the rows of the heads into key order.</summary>
    public void Apply(ViTWeights weights)
    {
        Permute(weights.Head);
        if (weights.DistillationHead is not null)
        {
            Permute(weights.DistillationHead);
        }
    }

    private static string[] Numbers(int numClasses) =>
        [.. Enumerable.Range(0, numClasses).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    private static void CheckCount(IExceptionContext context, int numClasses, IReadOnlyList<string>? labelNames)
    {
        if (labelNames is not null && labelNames.Count != numClasses)
        {
            throw context.Process(new InvalidOperationException(
                $"config.json names {labelNames.Count} classes, but the network's head has {numClasses}."));
        }
    }

    /// <summary>Null unless every key is the name of just one class.</summary>
    private static ClassOrder? ByName(IReadOnlyList<string>? classes, IReadOnlyList<string> keys, string reason)
    {
        var classOfName = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < (classes?.Count ?? 0); i++)
        {
            classOfName[classes![i]] = i;
        }

        bool isOneToOne = classOfName.Count == keys.Count && keys.Distinct(StringComparer.Ordinal).Count() == keys.Count;
        return isOneToOne && keys.All(classOfName.ContainsKey)
            ? new ClassOrder(keys, [.. keys.Select(key => classOfName[key])], reason)
            : null;
    }

    private void Permute(LinearWeights head)
    {
        int width = head.InFeatures;
        float[] weight = [.. head.Weight], bias = [.. head.Bias];
        for (int key = 0; key < ClassOfKey.Count; key++)
        {
            weight.AsSpan(ClassOfKey[key] * width, width).CopyTo(head.Weight.AsSpan(key * width));
            head.Bias[key] = bias[ClassOfKey[key]];
        }
    }
}
