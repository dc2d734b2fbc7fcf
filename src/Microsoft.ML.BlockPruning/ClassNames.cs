using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning;

/// <summary>Finds the classes of a network that images mean, whose folders or labels may be written in another way.</summary>
public static class ClassNames
{
    /// <summary>Matches names in Unicode's form C; else without regard to case, blanks, <c>_</c> and <c>-</c>.</summary>
    /// <param name="networkClasses">All classes in the network's order, such as <see cref="SparseViTTransformer.LabelNames"/>.</param>
    /// <param name="imageClasses">What the images' classes are called, each once; not every class need have images.</param>
    /// <returns>Every class of the network, with what the images call it where that is another name.</returns>
    /// <exception cref="ArgumentException">
    /// A name is none of the network's, could be several of them, or is the same class as another one.
    /// </exception>
    public static IReadOnlyList<ClassReport> Match(IReadOnlyList<string> networkClasses, IReadOnlyList<string> imageClasses)
    {
        ArgumentNullException.ThrowIfNull(networkClasses);
        ArgumentNullException.ThrowIfNull(imageClasses);
        return ClassAssignment.Of(networkClasses, networkClasses.Count, imageClasses, ClassNameOrder.Unspecified)
            .Known(imageClasses).Report(imageClasses, i => i);
    }
}
