using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.Runtime;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: LoadableClass(
    typeof(SparseViTTransformer), typeof(SparseViTLoader), null, typeof(SignatureLoadModel), "Block-sparse vision transformer",
    MlNetModelFile.LoaderSignature)]

namespace Microsoft.ML.BlockPruning;

/// <summary>What <c>mlContext.Model.Load</c> finds through the attribute above.</summary>
/// <remarks>ML.NET calls by reflection a static Create of just this form, whose return type is the attribute's first type.</remarks>
internal static class SparseViTLoader
{
    private static SparseViTTransformer Create(IHostEnvironment env, ModelLoadContext ctx) => SparseViTTransformer.Load(env, ctx);
}
