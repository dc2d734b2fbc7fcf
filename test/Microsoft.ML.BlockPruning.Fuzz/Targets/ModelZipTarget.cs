using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;
using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>A pipeline as ML.NET saves it, read by the library's checked load.</summary>
/// <remarks>ML.NET's own <c>Model.Load</c> believes every byte and may never return; that is what <c>LoadChecked</c> is for.</remarks>
internal sealed class ModelZipTarget : IFuzzTarget
{
    private readonly ScratchFile _file = new("model.zip");

    public string Name => "zip";

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException), typeof(ArithmeticException)];

    public IReadOnlyList<IMutator> Mutators { get; } = [new ZipEntryEdit(), new ZipEntryEdit(), new ZipFieldEdit()];

    public IReadOnlyList<string> Cases { get; } = ["models/*.zip"];

    public IEnumerable<byte[]> Seeds() => [FittedSeed.Zip];

    public void Read(byte[] content)
    {
        var context = new MLContext(seed: 1);
        var model = context.Model.LoadChecked(_file.With(content), out var schema);
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
}
