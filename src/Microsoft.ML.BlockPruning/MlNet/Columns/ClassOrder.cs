using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Names;
using Microsoft.ML.BlockPruning.Reporting.Text;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Columns;

/// <summary>Which class of the network stands behind which key of the label column.</summary>
/// <param name="Names">[numClasses] in key order: slot names of Score and key values of PredictedLabel.</param>
/// <param name="ClassOfKey">[numClasses] the network's class of each key, from 0.</param>
/// <param name="Reason">How the order was found, for the log.</param>
/// <param name="Classes">The same for a report, in the network's order.</param>
internal sealed record ClassOrder(
    IReadOnlyList<string> Names, IReadOnlyList<int> ClassOfKey, string Reason, IReadOnlyList<ClassReport> Classes)
{
    private const int Shown = 10;

    /// <summary>Finds the order.</summary>
    /// <param name="context">Marks exceptions as ML.NET's.</param>
    /// <param name="numClasses">Classes of the network.</param>
    /// <param name="labelNames">[numClasses] names from config.json, in the network's order, or null.</param>
    /// <param name="label">The label column, or null.</param>
    /// <param name="order">How a network without names was trained.</param>
    /// <exception cref="InvalidOperationException">
    /// The column or config.json has another number of classes than the network; the names cannot be matched, or could be in several ways.
    /// </exception>
    public static ClassOrder Resolve(
        IExceptionContext context, int numClasses, IReadOnlyList<string>? labelNames, LabelColumn? label,
        ClassNameOrder order = ClassNameOrder.Unspecified)
    {
        CheckCount(context, numClasses, labelNames);
        if (label is not null && label.Count != numClasses)
        {
            throw context.Process(new InvalidOperationException(
                $"The label column '{label.Column.Name}' has {label.Count} classes, but the network has {numClasses}. "
                + "Give MapValueToKey all classes (keyData; ReadClassNames has them), or set LabelColumnName to null."));
        }

        if (label?.KeyValues is not { } keys)
        {
            return InNetworksOrder(labelNames is null ? ClassAssignment.Numbers(numClasses) : DistinctNames.Of(labelNames));
        }

        if (keys.Distinct(StringComparer.Ordinal).Count() != keys.Count)
        {
            throw context.Process(new InvalidOperationException(
                $"The label column '{label.Column.Name}' has one name for two keys: "
                + $"{string.Join(", ", keys.Order(CodePointOrder.Instance))}."));
        }

        var classes = Assign(context, numClasses, labelNames, label, keys, order);
        int[] keyOf = new int[numClasses];
        for (int key = 0; key < numClasses; key++)
        {
            keyOf[classes.ClassOf[key]] = key;
        }

        return new ClassOrder(keys, classes.ClassOf, classes.Reason, classes.Report(keys, i => keyOf[i]));
    }

    /// <summary>The classes of a file, in the network's order.</summary>
    /// <param name="context">Marks exceptions as ML.NET's.</param>
    /// <param name="modelPath">The dense network.</param>
    /// <param name="options">What no file tells of it.</param>
    /// <returns>The names in config.json, each once; the numbers 0, 1 … where it has none.</returns>
    /// <exception cref="InvalidOperationException">config.json has another number of classes than the network.</exception>
    public static IReadOnlyList<string> NamesOf(IExceptionContext context, string modelPath, CheckpointOptions options)
    {
        var (count, names) = Read(context, modelPath, options);
        return names is null ? ClassAssignment.Numbers(count) : DistinctNames.Of(names);
    }

    /// <summary>The classes of a file as images name them.</summary>
    /// <param name="context">Marks exceptions as ML.NET's.</param>
    /// <param name="modelPath">The dense network.</param>
    /// <param name="options">What no file tells of it.</param>
    /// <param name="found">What the images' classes are called.</param>
    /// <param name="order">How a network without names was trained.</param>
    /// <exception cref="InvalidOperationException">config.json has another number of classes than the network.</exception>
    /// <exception cref="ArgumentException">A name cannot be matched, or could be in several ways.</exception>
    public static IReadOnlyList<ClassReport> Match(
        IExceptionContext context, string modelPath, CheckpointOptions options, IReadOnlyList<string> found, ClassNameOrder order)
    {
        var (count, names) = Read(context, modelPath, options);
        return ClassAssignment.Of(names, count, found, order).SomeKnown(found).Known(found).Report(found, i => i);
    }

    /// <summary>The classes of a network whose keys are its own order.</summary>
    /// <param name="names">Its names.</param>
    public static ClassOrder InNetworksOrder(IReadOnlyList<string> names) => new(
        names, [.. Enumerable.Range(0, names.Count)], "classes in the network's order",
        NetworkFacts.InNetworksOrder(names));

    /// <summary>How the classes were matched, the first of them by name.</summary>
    public override string ToString() => $"{Reason}: {ClassWords.Some(Classes, Shown)}";

    /// <summary>Puts the rows of the heads into key order.</summary>
    public void Apply(NetworkWeights weights)
    {
        foreach (var head in weights.Spec.Heads)
        {
            Permute(weights[head.Linear]);
        }
    }

    private static ClassAssignment Assign(
        IExceptionContext context, int numClasses, IReadOnlyList<string>? labelNames, LabelColumn label, IReadOnlyList<string> keys,
        ClassNameOrder order)
    {
        ClassAssignment classes;
        try
        {
            classes = ClassAssignment.Of(labelNames, numClasses, keys, order, label.AreNumbers);
        }
        catch (ArgumentException error)
        {
            throw context.Process(new InvalidOperationException($"The label column '{label.Column.Name}': {error.Message}", error));
        }

        int stranger = classes.ClassOf.ToList().IndexOf(NameMatch.Unknown);
        return stranger < 0 ? classes : throw context.Process(new InvalidOperationException(
            $"The label column '{label.Column.Name}' has the class '{keys[stranger]}', which config.json does not name; "
            + $"it names {ClassAssignment.Some(classes.Names)}. The column's classes are {ClassAssignment.Some(keys)}: name them alike "
            + "(case, blanks, '_' and '-' do not matter)."));
    }

    private static (int Count, IReadOnlyList<string>? Names) Read(
        IExceptionContext context, string modelPath, CheckpointOptions options)
    {
        using var checkpoint = Checkpoint.Open(modelPath, options);
        var (numClasses, labelNames) = (checkpoint.Network.NumClasses, checkpoint.LabelNames);
        CheckCount(context, numClasses, labelNames);
        return (numClasses, labelNames);
    }

    private static void CheckCount(IExceptionContext context, int numClasses, IReadOnlyList<string>? labelNames)
    {
        if (labelNames is not null && labelNames.Count != numClasses)
        {
            throw context.Process(new InvalidOperationException(
                $"config.json names {labelNames.Count} classes, but the network's head has {numClasses}."));
        }
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
