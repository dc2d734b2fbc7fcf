using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Interop;
using Microsoft.ML.Runtime;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: LoadableClass(
    typeof(SparseViTTransformer), typeof(SparseViTLoader), null, typeof(SignatureLoadModel), "Block-sparse vision transformer",
    MlNetModelFile.LoaderSignature)]

namespace Microsoft.ML.BlockPruning;

/// <summary>What <c>mlContext.Model.Load</c> finds through the attribute above; it calls a static Create of just this form by reflection.</summary>
internal static class SparseViTLoader
{
    private static SparseViTTransformer Create(IHostEnvironment env, ModelLoadContext ctx) => SparseViTTransformer.Load(env, ctx);
}
