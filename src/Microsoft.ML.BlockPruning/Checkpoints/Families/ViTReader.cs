using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>Reads the weights of a recognised network, and folds into them what the network has no place for.</summary>
/// <remarks>Exact in real numbers: a factor of what a branch adds, a bias of zeros, a position that is zero, halves of a head.</remarks>
/// <param name="tensors">The file's tensors.</param>
/// <param name="network">What was made of them.</param>
internal sealed class ViTReader(ViTTensors tensors, NetworkSpec network)
{
    private readonly ViTParts _parts = ViTParts.Of(tensors);

    // facebookresearch's DINOv2 resamples as others do since it has registers.
    private PositionResampling Rule => tensors.Canonical.Style is NamingStyle.FacebookDinov2 && _parts.Registers > 0
        ? PositionResampling.Antialiased
        : NamingConventions.Of(tensors.Canonical.Style).Resampling;

    /// <summary>Reads them.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, misshapen, or not finite; names it.</exception>
    public NetworkWeights Read()
    {
        var weights = new NetworkWeights(network);
        foreach (var tensor in weights.Tensors)
        {
            Read(tensor);
        }

        if (_parts.Registers > 0)
        {
            ReadRegisters(weights);
        }

        if (network.Heads[^1].Linear.Name == ViTTensors.PatchesHead)
        {
            ReadDoubleHead(weights);
        }

        if (_parts.HasLayerScale)
        {
            foreach (var (index, layer) in network.Layers.Index())
            {
                Scale(weights[layer.Steps[0].Linears[1]], ViTTensors.InLayer(index, "ls1.gamma"));
                Scale(weights[layer.Steps[1].Linears[1]], ViTTensors.InLayer(index, "ls2.gamma"));
            }
        }

        return weights;
    }

    private void Read(WeightTensor tensor)
    {
        string name = tensor.Name;
        bool isMade = name.StartsWith($"{ViTTensors.Registers}.", StringComparison.Ordinal)
            || name.StartsWith($"{ViTTensors.PatchesHead}.", StringComparison.Ordinal)
            || (name == $"{ViTTensors.Head}.weight" && network.Heads[^1].Linear.Name == ViTTensors.PatchesHead);
        bool mayBeMissing = (name == ViTTensors.PatchBias && !_parts.HasPatchBias)
            || (name.EndsWith(".attn.qkv.bias", StringComparison.Ordinal) && !_parts.HasQkvBias);
        if (name == ViTTensors.Position)
        {
            ReadPositions(tensor.Values);
        }
        else if (!isMade && !mayBeMissing)
        {
            tensors.CheckShape(name, tensor.Shape);
            tensors.Canonical.Read(name, tensor.Values);
            tensors.Canonical.CheckFinite(name, tensor.Values);
        }
    }

    // Prefix tokens that the table does not cover have no position: zeros.
    private void ReadPositions(float[] values)
    {
        var positions = ViTPositions.Of(tensors, _parts);
        int width = network.Stem.Patch.OutFeatures, covered = positions.Covered * width, prefix = _parts.PrefixTokens.Count * width;
        float[] table = Read(ViTTensors.Position, covered + (positions.Grid * positions.Grid * width));
        table = PositionTable.Resample(table, positions.Covered, positions.Grid, network.GridSize, Rule);
        tensors.Canonical.CheckFinite(ViTTensors.Position, table);
        table.AsSpan(0, covered).CopyTo(values);
        table.AsSpan(covered).CopyTo(values.AsSpan(prefix));
    }

    private void ReadRegisters(NetworkWeights weights)
    {
        int width = network.Stem.Patch.OutFeatures;
        float[] all = Read(ViTTensors.Registers, _parts.Registers * width);
        for (int i = 0; i < _parts.Registers; i++)
        {
            all.AsSpan(i * width, width).CopyTo(weights[ViTParts.Register(i)]);
        }
    }

    // [classes, 2 · features] over [class token, mean of patches] is two heads whose mean is taken: each half counts twice.
    private void ReadDoubleHead(NetworkWeights weights)
    {
        var (first, second) = (weights[network.Heads[0].Linear], weights[network.Heads[1].Linear]);
        int width = first.InFeatures;
        float[] both = Read($"{ViTTensors.Head}.weight", 2 * first.Weight.Length);
        for (int row = 0; row < first.OutFeatures; row++)
        {
            for (int i = 0; i < width; i++)
            {
                first.Weight[(row * width) + i] = 2 * both[(2 * row * width) + i];
                second.Weight[(row * width) + i] = 2 * both[(((2 * row) + 1) * width) + i];
            }

            first.Bias[row] *= 2;
        }

        RequireFinite($"{ViTTensors.Head}.weight", first);
        RequireFinite($"{ViTTensors.Head}.weight", second);
    }

    private void Scale(LinearWeights linear, string name)
    {
        float[] factors = Read(name, linear.OutFeatures);
        for (int row = 0; row < linear.OutFeatures; row++)
        {
            var weights = linear.Weight.AsSpan(row * linear.InFeatures, linear.InFeatures);
            foreach (ref float weight in weights)
            {
                weight *= factors[row];
            }

            linear.Bias[row] *= factors[row];
        }

        RequireFinite(name, linear);
    }

    // Finite numbers of a file can be infinite once they are folded.
    private void RequireFinite(string name, LinearWeights folded)
    {
        tensors.Canonical.CheckFinite(name, folded.Weight);
        tensors.Canonical.CheckFinite(name, folded.Bias);
    }

    private float[] Read(string name, int elements)
    {
        var found = tensors.Find(name);
        if (found.Shape.Aggregate(1L, (product, side) => product * side) != elements)
        {
            throw tensors.Invalid(name, $"{elements} values");
        }

        float[] values = new float[elements];
        tensors.Canonical.Read(name, values);
        tensors.Canonical.CheckFinite(name, values);
        return values;
    }
}
