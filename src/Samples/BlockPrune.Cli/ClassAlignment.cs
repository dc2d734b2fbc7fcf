using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace BlockPrune.Cli;

/// <summary>Which class of one model is which of another, whose scores may stand in another order.</summary>
internal static class ClassAlignment
{
    /// <summary>Aligns by names; where a model has numbers alone, by those that the other's report of its pruning tells.</summary>
    /// <param name="model">The model.</param>
    /// <param name="first">The model whose order counts.</param>
    /// <returns>[classes] the slot in <paramref name="first"/> of each slot of <paramref name="model"/>.</returns>
    /// <exception cref="InvalidDataException">They do not have the same classes.</exception>
    public static int[] Of(OpenModel model, OpenModel first)
    {
        int count = first.Network.LabelNames.Count;
        if (model.Network.LabelNames.Count != count)
        {
            throw Other(model, first);
        }

        bool isNumbered = NetworkClasses.Of(model.Network).AreNumbers, isFirstNumbered = NetworkClasses.Of(first.Network).AreNumbers;
        int[] slots = new int[count];
        if (isNumbered && !isFirstNumbered)
        {
            foreach (var one in first.Network.Classes)
            {
                slots[one.Index] = one.Slot;
            }
        }
        else if (isFirstNumbered && !isNumbered)
        {
            foreach (var one in model.Network.Classes)
            {
                slots[one.Slot] = one.Index;
            }
        }
        else
        {
            var names = model.Network.LabelNames.Index().ToDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);
            foreach (var one in Match(model, first))
            {
                slots[names[one.Label ?? one.Name]] = one.Slot;
            }
        }

        return slots;
    }

    private static IReadOnlyList<ClassReport> Match(OpenModel model, OpenModel first)
    {
        try
        {
            return ClassNames.Match(first.Network.LabelNames, model.Network.LabelNames);
        }
        catch (ArgumentException)
        {
            throw Other(model, first);
        }
    }

    private static InvalidDataException Other(OpenModel model, OpenModel first) => new(
        $"{model.Name} and {first.Name} do not have the same classes: {Some(model)}, but {Some(first)}. Compare models of one network.");

    private static string Some(OpenModel model) => NetworkWords.Some(model.Network.LabelNames);
}
