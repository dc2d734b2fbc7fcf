using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.Data;

namespace Quickstart;

/// <summary>A fitted pipeline.</summary>
internal sealed record FittedModel(MLContext Context, TransformerChain<SparseViTTransformer> Pipeline) : IDisposable
{
    public SparseViTTransformer Network => Pipeline.LastTransformer;

    /// <summary>Saves the network as the one file that every reader takes.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <returns>Length of the file in bytes.</returns>
    public long Save(string path)
    {
        Context.Model.SavePruned(Pipeline, path);
        return OutputFile.LengthOf(path);
    }

    /// <summary>Length in bytes of the file that <see cref="Save"/> writes.</summary>
    public long MeasureBytes()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            return Save(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public void Dispose() => Network.Dispose();
}
