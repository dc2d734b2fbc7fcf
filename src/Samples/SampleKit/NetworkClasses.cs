using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace SampleKit;

/// <summary>A network's classes in the order of the label's keys, and how the classes of images are told by them.</summary>
/// <param name="Names">Every class.</param>
internal abstract record NetworkClasses(IReadOnlyList<string> Names)
{
    /// <summary>How the network was trained, where it names no class.</summary>
    public virtual ClassNameOrder Order => ClassNameOrder.Unspecified;

    /// <summary>[classes] the names by the network's own numbers, which an IDX file means.</summary>
    public virtual IReadOnlyList<string> ByNumber => Names;

    /// <summary>Whether the names are numbers, because nobody gave the classes names.</summary>
    public bool AreNumbers => Names.Index().All(name => name.Item == name.Index.ToString(CultureInfo.InvariantCulture));

    /// <summary>Classes that a pruned network was given.</summary>
    public static NetworkClasses Of(SparseViTTransformer network) => new Fixed(network.LabelNames)
    {
        Numbered = [.. network.Classes.OrderBy(one => one.Index).Select(one => network.LabelNames[one.Slot])],
    };

    /// <summary>The classes in the order of the label's keys with what the images call them; not all of them need have images.</summary>
    /// <param name="found">The classes that have images.</param>
    /// <exception cref="ArgumentException">A class is none of the network's, or could be several.</exception>
    public abstract IReadOnlyList<ClassReport> Match(IReadOnlyList<string> found);

    /// <summary>Classes that the images must have the names of, apart from case, blanks, _ and -.</summary>
    internal sealed record Fixed(IReadOnlyList<string> Names) : NetworkClasses(Names)
    {
        /// <summary>As <see cref="ByNumber"/>; null where the order is the same.</summary>
        public IReadOnlyList<string>? Numbered { get; init; }

        public override IReadOnlyList<string> ByNumber => Numbered ?? Names;

        public override IReadOnlyList<ClassReport> Match(IReadOnlyList<string> found) => ClassNames.Match(Names, found);
    }

    /// <summary>Classes of a dense network, whose file may not name them: images do then, in the order of its training.</summary>
    /// <param name="Context">Reads the file.</param>
    /// <param name="ModelPath">The network's file.</param>
    /// <param name="Order">As the base has it.</param>
    /// <param name="Options">What no file tells of the network; null: nothing is said.</param>
    internal sealed record Dense(
        MLContext Context, string ModelPath, ClassNameOrder Order = ClassNameOrder.Unspecified, CheckpointOptions? Options = null)
        : NetworkClasses(Context.BlockPruning().ReadClassNames(ModelPath, Options))
    {
        public override ClassNameOrder Order { get; } = Order;

        public override IReadOnlyList<ClassReport> Match(IReadOnlyList<string> found) =>
            Context.BlockPruning().MatchClasses(ModelPath, found, Order, Options);
    }
}
