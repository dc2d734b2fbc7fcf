using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.BlockPruning.MlNet.Interop;

namespace Microsoft.ML.BlockPruning.MlNet.Saving;

/// <summary>A folder that ML.NET's <c>Model.Load</c> has opened.</summary>
internal sealed class ContextStreams(ModelLoadContext context) : ISavedStreams
{
    /// <inheritdoc/>
    public void CheckHeader() => MlNetModelFile.CheckHeader(context);

    /// <inheritdoc/>
    public bool TryRead<T>(string name, Func<BinaryReader, T> read, [MaybeNullWhen(false)] out T content) =>
        MlNetModelFile.TryReadStream(context, name, read, out content);
}
