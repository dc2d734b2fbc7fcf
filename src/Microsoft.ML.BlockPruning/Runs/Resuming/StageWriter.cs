using System.Globalization;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Pruning.Criteria;

namespace Microsoft.ML.BlockPruning.Runs.Resuming;

/// <summary>Takes what a stage gave; <see cref="StageFile"/> reads it.</summary>
internal sealed class StageWriter(ITensorWriter writer)
{
    public void Add(string key, string value) => writer.AddMetadata(key, value);

    public void Add(string key, double value) => Add(key, value.ToString("R", CultureInfo.InvariantCulture));

    public void Add(string name, float[] values) => writer.Add(name, [values.Length], values);

    public void Add(string name, IReadOnlyList<double> values)
    {
        var (shape, words) = StageFile.WordsOf(values);
        writer.Add(name, shape, words);
    }

    /// <summary>Adds the token weights of the refit: per layer and row group.</summary>
    public void AddTokenWeights(IReadOnlyList<PrunableLayer> layers, IReadOnlyList<IReadOnlyList<float[]>> tokenWeights)
    {
        foreach (var (layer, weights) in layers.Zip(tokenWeights))
        {
            foreach (var (group, values) in weights.Index())
            {
                Add(TokensOf(layer, group), values);
            }
        }
    }

    /// <summary>The token weights that a file has, in place of a pass; finite and of the lengths that a context's images give.</summary>
    /// <exception cref="InvalidDataException">They are not; names what is wrong.</exception>
    public static IReadOnlyList<IReadOnlyList<float[]>> ReadTokenWeights(StageFile file, CriterionContext context) =>
    [
        .. context.Layers.Select(layer => layer.Groups.Index()
            .Select(group => file.Singles(TokensOf(layer, group.Index), (long)context.Calibration.Count * layer.Tokens)).ToArray()),
    ];

    private static string TokensOf(PrunableLayer layer, int group) =>
        string.Create(CultureInfo.InvariantCulture, $"token weights of {layer.Name}, row group {group}");
}
