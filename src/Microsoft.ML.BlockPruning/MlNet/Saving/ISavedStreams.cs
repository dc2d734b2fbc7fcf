using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.BlockPruning.MlNet.Saving;

/// <summary>The streams of a transformer's folder in a model file, whoever opened the file.</summary>
internal interface ISavedStreams
{
    /// <summary>Refuses another kind of folder, or one of a version that this library cannot read.</summary>
    /// <exception cref="Exception">ML.NET says what does not fit, or we do.</exception>
    void CheckHeader();

    /// <summary>Reads one stream whole, where it is there.</summary>
    bool TryRead<T>(string name, Func<BinaryReader, T> read, [MaybeNullWhen(false)] out T content);
}
