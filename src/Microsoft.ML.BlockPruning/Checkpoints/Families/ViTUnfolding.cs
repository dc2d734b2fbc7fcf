using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What <see cref="ViTReader"/> folded, apart again: other weights of a network as the tensors of its checkpoint.</summary>
/// <remarks>Exact in real numbers, as folding is: LayerScale becomes ones, for its factors stay where they were multiplied in.</remarks>
internal sealed class ViTUnfolding
{
    private readonly ViTTensors _tensors;
    private readonly NetworkWeights _weights;
    private readonly ViTParts _parts;
    private readonly ViTPositions _positions;
    private readonly Dictionary<string, float[]> _values;
    private readonly float[]? _resampled; // the checkpoint's own positions, where the network has others of them

    /// <param name="tensors">The checkpoint's tensors.</param>
    /// <param name="weights">Other weights of its network.</param>
    /// <exception cref="NotSupportedException">The positions were resampled and trained: there is no way back.</exception>
    public ViTUnfolding(ViTTensors tensors, NetworkWeights weights)
    {
        (_tensors, _weights) = (tensors, weights);
        _parts = ViTParts.Of(tensors);
        _positions = ViTPositions.Of(tensors, _parts);
        _values = weights.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values, StringComparer.Ordinal);
        if (_positions.Grid != weights.Spec.GridSize)
        {
            _resampled = OwnPositions();
        }
    }

    private int Width => _weights.Spec.Stem.Patch.OutFeatures;

    private bool IsDouble => _weights.Spec.Heads is [_, { Linear.Name: ViTTensors.PatchesHead }];

    /// <summary>The canonical tensor that holds a tensor of the network.</summary>
    public static string HomeOf(string name) => name switch
    {
        _ when name.StartsWith($"{ViTTensors.Registers}.", StringComparison.Ordinal) => ViTTensors.Registers,
        _ when name.StartsWith($"{ViTTensors.PatchesHead}.", StringComparison.Ordinal) =>
            ViTTensors.Head + name[ViTTensors.PatchesHead.Length..],
        _ => name,
    };

    /// <summary>The numbers of a canonical tensor of the checkpoint.</summary>
    public float[] Of(string canonical) => canonical switch
    {
        ViTTensors.Position => Positions(),
        ViTTensors.Registers => [.. Enumerable.Range(0, _parts.Registers).SelectMany(i => Token(ViTParts.Register(i)))],
        ViTTensors.ClassToken or ViTTensors.DistillationToken => Token(canonical),
        $"{ViTTensors.Head}.weight" when IsDouble => DoubleHead(),
        $"{ViTTensors.Head}.bias" when IsDouble => Mean($"{ViTTensors.Head}.bias", $"{ViTTensors.PatchesHead}.bias"),
        _ when canonical.EndsWith(".gamma", StringComparison.Ordinal) => Ones(canonical),
        _ => _values[canonical],
    };

    private float[] Positions()
    {
        if (_resampled is not null)
        {
            return _resampled;
        }

        float[] all = _values[ViTTensors.Position];
        int covered = _positions.Covered * Width, prefix = _parts.PrefixTokens.Count * Width;
        return [.. all[..covered], .. all[prefix..]];
    }

    // For images of another size the network's positions come of the checkpoint's; while they are what comes, the checkpoint's stay.
    private float[] OwnPositions()
    {
        float[] read = new ViTReader(_tensors, _weights.Spec).Read()[ViTTensors.Position];
        if (!read.AsSpan().SequenceEqual(_values[ViTTensors.Position]))
        {
            throw new NotSupportedException(
                $"{_tensors.Canonical.Source}: its positions are of {_positions.Grid}x{_positions.Grid} patches; the network's were "
                + $"resampled to {_weights.Spec.GridSize}x{_weights.Spec.GridSize} and then changed, by training or another basis, for "
                + "which the checkpoint has no place. Save the network under timm's names, or prune in the original basis untrained.");
        }

        float[] own = new float[(_positions.Covered + (_positions.Grid * _positions.Grid)) * Width];
        _tensors.Canonical.Read(ViTTensors.Position, own);
        return own;
    }

    // A token whose position has no row in the checkpoint takes it along.
    private float[] Token(string name)
    {
        float[] token = [.. _values[name]];
        int index = Enumerable.Range(0, _parts.PrefixTokens.Count).First(i => _parts.PrefixTokens[i] == name);
        for (int i = 0; i < token.Length && index >= _positions.Covered; i++)
        {
            token[i] += _values[ViTTensors.Position][(index * Width) + i];
        }

        return token;
    }

    // The logits are the mean of two heads': each half counts half.
    private float[] DoubleHead()
    {
        float[] first = _values[$"{ViTTensors.Head}.weight"], second = _values[$"{ViTTensors.PatchesHead}.weight"];
        float[] both = new float[first.Length + second.Length];
        for (int i = 0; i < first.Length; i++)
        {
            int at = (2 * (i / Width) * Width) + (i % Width);
            (both[at], both[at + Width]) = (first[i] / 2, second[i] / 2);
        }

        return both;
    }

    private float[] Mean(string first, string second) => [.. _values[first].Zip(_values[second], (a, b) => (a + b) / 2)];

    private float[] Ones(string canonical)
    {
        float[] ones = new float[_tensors.Side(canonical, rank: 1, axis: 0)];
        Array.Fill(ones, 1f);
        return ones;
    }
}
