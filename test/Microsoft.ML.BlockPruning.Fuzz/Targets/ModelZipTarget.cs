using System.Reflection;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>A pipeline as ML.NET saves it.</summary>
/// <remarks>
/// ML.NET and the zip reader read most of the file and document no exceptions of their own; what they throw on a damaged one is listed
/// here, as the sample's <c>ModelFile</c> lists it. Where it is this library that throws, only its own two are documented: an
/// <see cref="UnsoundException"/> takes the place of any other.
/// </remarks>
internal sealed class ModelZipTarget : IFuzzTarget
{
    private static readonly Type[] Own = [typeof(InvalidDataException), typeof(FormatException)];

    private static readonly Type[] Theirs =
    [
        .. Own, typeof(InvalidOperationException), typeof(ArgumentException), typeof(ArgumentNullException),
        typeof(ArgumentOutOfRangeException), typeof(NotSupportedException), typeof(EndOfStreamException),
        typeof(FileNotFoundException), typeof(FileLoadException), // an assembly of a damaged name
    ];

    public string Name => "zip";

    IReadOnlyList<Type> IFuzzTarget.Documented { get; } = [.. Theirs, typeof(TargetInvocationException)];

    public IReadOnlyList<IMutator> Mutators { get; } = [new ZipEntryEdit(), new ZipEntryEdit(), new ZipFieldEdit()];

    public IReadOnlyList<string> Cases { get; } = ["models/*.zip"];

    public IEnumerable<byte[]> Seeds() => [FittedSeed.Zip];

    public void Read(byte[] content)
    {
        var context = new MLContext(seed: 1);
        var (model, schema) = Load(context, content);
        using var owned = model as IDisposable;
        Sound.Must("save and load again", () =>
        {
            using var copy = new MemoryStream();
            context.Model.Save(model, schema, copy);
            (context.Model.Load(copy, out _) as IDisposable)?.Dispose();
        });
        TinyScoring.Score(context, model);
        if (model is TransformerChain<ITransformer> { LastTransformer: SparseViTTransformer { Report: { } report } })
        {
            Sound.Must("show its report", report.ToHtml);
        }
    }

    private static (ITransformer Model, DataViewSchema Schema) Load(MLContext context, byte[] content)
    {
        try
        {
            return (context.Model.Load(new MemoryStream(content), out var schema), schema);
        }
        catch (TargetInvocationException error) when (!Documented(Thrown(error)).Contains(Thrown(error).GetType()))
        {
            var cause = Thrown(error);
            throw new UnsoundException($"A damaged part ends in {cause.GetType().Name}: {cause.Message}", error);
        }
    }

    private static Exception Thrown(Exception error) =>
        error is TargetInvocationException { InnerException: { } inner } ? Thrown(inner) : error;

    // ML.NET calls loaders by reflection. What was thrown while this library's was reading is its own, however deep in another one.
    private static Type[] Documented(Exception cause) =>
        cause.StackTrace?.Contains($"at {typeof(SparseViTTransformer).FullName}.Load(", StringComparison.Ordinal) == true ? Own : Theirs;
}
