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

    public string Name => "zip";

    public IReadOnlyList<Type> Documented { get; } =
    [
        .. Own, typeof(InvalidOperationException), typeof(ArgumentException), typeof(ArgumentNullException),
        typeof(ArgumentOutOfRangeException), typeof(NotSupportedException), typeof(System.Reflection.TargetInvocationException),
        typeof(EndOfStreamException),
    ];

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
        catch (Exception error) when (IsOurs(error.GetBaseException()) && !Own.Contains(error.GetBaseException().GetType()))
        {
            var cause = error.GetBaseException();
            throw new UnsoundException($"This library answers a damaged part with {cause.GetType().Name}: {cause.Message}", error);
        }
    }

    // Thrown while a method of this library was reading, however deep in another one.
    private static bool IsOurs(Exception error) =>
        error.StackTrace?.Contains($"at {typeof(SparseViTTransformer).FullName}.Load(", StringComparison.Ordinal) == true;
}
