using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>A pruned network with all that scoring needs: weights, preprocessing and label names. Immutable; what a file holds.</summary>
internal sealed class SparseViT
{
    private readonly Lazy<SparsityPlan> _plan;
    private NetworkCost? _cost;

    /// <summary>Joins the parts; they are kept, not copied.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="preprocessing">What is done to an image first; its size and channels are the network's.</param>
    /// <param name="labelNames">[numClasses], in the order of the logits.</param>
    /// <param name="weights">Every part of the network.</param>
    /// <exception cref="ArgumentException">Preprocessing or label names do not fit the network.</exception>
    public SparseViT(NetworkSpec spec, ImagePreprocessing preprocessing, IReadOnlyList<string> labelNames, SparseWeights weights)
    {
        if (preprocessing.ImageSize != spec.ImageSize || preprocessing.Channels != spec.Channels)
        {
            throw new ArgumentException(
                $"The network reads images of {spec.Channels}x{spec.ImageSize}x{spec.ImageSize}, "
                + $"the preprocessing makes {preprocessing.Channels}x{preprocessing.ImageSize}x{preprocessing.ImageSize}.",
                nameof(preprocessing));
        }

        if (labelNames.Count != spec.NumClasses)
        {
            throw new ArgumentException(
                $"A network of {spec.NumClasses} classes needs as many label names, found {labelNames.Count}.", nameof(labelNames));
        }

        Spec = spec;
        Preprocessing = preprocessing;
        LabelNames = labelNames;
        Weights = weights;
        _plan = new Lazy<SparsityPlan>(PlanOf);
    }

    public NetworkSpec Spec { get; }

    public ImagePreprocessing Preprocessing { get; }

    /// <summary>[numClasses], in the order of the logits.</summary>
    public IReadOnlyList<string> LabelNames { get; }

    public SparseWeights Weights { get; }

    /// <summary>The masks of the pruned layers; dense layers have none.</summary>
    public SparsityPlan Plan => _plan.Value;

    /// <summary>What was assumed or passed over when the dense network was read; it goes with the network into its file.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The format of all matrices; patch embedding and heads hold float32 numbers that it has.</summary>
    public NumberFormat WeightFormat { get; init; }

    /// <summary>In what numbers the processor multiplies its layers.</summary>
    public LayerFormats Formats { get; init; } = LayerFormats.Float32;

    /// <summary>Whether the bytes that it was read from are those that were written; a network made in code has none.</summary>
    public bool IsVerified { get; init; } = true;

    public IEnumerable<SparseLinear> PrunableLayers => Spec.PrunableLinears.Select(linear => Weights[linear]);

    /// <summary>Multiply-adds of one image.</summary>
    public long MultiplyAdds => Cost.FixedMultiplyAdds
        + PrunableLayers.Sum(layer => Cost.MultiplyAddsOf(layer.Name, layer.Weight.KeptElements));

    /// <summary>Multiply-adds of one image in the dense network.</summary>
    public long DenseMultiplyAdds => Cost.TotalMultiplyAdds;

    /// <summary>Bytes of all weights and of the indices of their blocks.</summary>
    public long WeightBytes => Cost.Bytes(
        KeptElements,
        PrunableLayers.Where(linear => !linear.IsDense)
            .Sum(linear => (long)linear.Weight.ColIndices.Length + linear.Weight.CrowIndices.Length));

    private NetworkCost Cost => _cost ??= new NetworkCost(Spec, WeightFormat);

    /// <summary>Weights in kept blocks of the prunable layers.</summary>
    private long KeptElements => PrunableLayers.Sum(linear => linear.Weight.KeptElements);

    /// <summary>Takes a network's kept blocks; everything is copied.</summary>
    /// <param name="weights">The network. Weights in removed blocks are dropped, whatever they hold.</param>
    /// <param name="plan">The kept blocks; layers without a mask stay dense.</param>
    /// <param name="preprocessing">What is done to an image first.</param>
    /// <param name="labelNames">[numClasses], in the order of the logits.</param>
    /// <param name="notes">What is to be known of the network that was pruned; null: what these weights say.</param>
    /// <param name="format">How to store the weights; each is rounded to nearest.</param>
    /// <exception cref="InvalidDataException">A mask of the plan does not fit the network.</exception>
    /// <exception cref="ArithmeticException">A weight is beyond what the format holds; names it.</exception>
    public static SparseViT Create(
        NetworkWeights weights, SparsityPlan plan, ImagePreprocessing preprocessing, IReadOnlyList<string> labelNames,
        IReadOnlyList<string>? notes = null, NumberFormat format = NumberFormat.Float32)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(preprocessing);
        ArgumentNullException.ThrowIfNull(labelNames);
        plan.RequireFits(weights.PrunableLayers.Select(layer => (layer.Name, layer.OutFeatures, layer.InFeatures)));
        var kept = new SparseWeights();
        foreach (var part in weights.Spec.Parts)
        {
            switch (part)
            {
                case FreePart free:
                    kept.Add(free.Name, [.. weights[free.Name]]);
                    break;
                case NormPart norm:
                    kept.Add(Copy(weights[norm.Norm]));
                    break;
                case LinearPart { IsPrunable: true } linear:
                    kept.Add(SparseLinear.FromDense(weights[linear.Linear], plan[linear.Linear.Name]).In(format));
                    break;
                case LinearPart linear:
                    kept.Add(WeightRounding.Copy(weights[linear.Linear], format));
                    break;
            }
        }

        return new SparseViT(weights.Spec, preprocessing, [.. labelNames], kept)
        {
            WeightFormat = format,
            Notes = notes ?? weights.Notes,
        };
    }

    /// <summary>The same network with zeros in removed blocks; what was dense is shared, not copied.</summary>
    public SparseViT ToDense() => new(Spec, Preprocessing, LabelNames, Weights.With(linear => linear.ToDense()))
    {
        WeightFormat = WeightFormat,
        Formats = Formats,
        Notes = Notes,
    };

    /// <summary>The dense network with zeros in removed blocks; everything is copied.</summary>
    public NetworkWeights ToWeights()
    {
        var weights = new NetworkWeights(Spec) { Notes = Notes };
        foreach (var part in Spec.Parts)
        {
            switch (part)
            {
                case FreePart free:
                    Weights[free.Name].CopyTo(weights[free.Name], 0);
                    break;
                case NormPart norm:
                    Weights[norm.Norm].Scale.CopyTo(weights[norm.Norm].Scale, 0);
                    Weights[norm.Norm].Offset.CopyTo(weights[norm.Norm].Offset, 0);
                    break;
                case LinearPart { IsPrunable: true } linear:
                    Weights[linear.Linear].Weight.ToDense().CopyTo(weights[linear.Linear].Weight, 0);
                    Weights[linear.Linear].Bias.CopyTo(weights[linear.Linear].Bias, 0);
                    break;
                case LinearPart linear:
                    Weights.Dense(linear.Linear).Weight.CopyTo(weights[linear.Linear].Weight, 0);
                    Weights.Dense(linear.Linear).Bias.CopyTo(weights[linear.Linear].Bias, 0);
                    break;
            }
        }

        return weights;
    }

    /// <summary>The same network, multiplied in other numbers; everything is shared.</summary>
    public SparseViT With(LayerFormats formats) => new(Spec, Preprocessing, LabelNames, Weights)
    {
        WeightFormat = WeightFormat,
        Formats = formats,
        Notes = Notes,
        IsVerified = IsVerified,
    };

    /// <summary>The same network with another preprocessing of the same size and channels; weights are shared, not copied.</summary>
    public SparseViT With(ImagePreprocessing preprocessing) =>
        new(Spec, preprocessing, LabelNames, Weights)
        {
            WeightFormat = WeightFormat,
            Formats = Formats,
            Notes = Notes,
            IsVerified = IsVerified,
        };

    private static LayerNormWeights Copy(LayerNormWeights norm)
    {
        var copy = new LayerNormWeights(norm.Name, norm.Scale.Length);
        norm.Scale.CopyTo(copy.Scale, 0);
        norm.Offset.CopyTo(copy.Offset, 0);
        return copy;
    }

    // Only reports and pictures ask for masks, and those cost more than the few blocks of an odd file.
    private SparsityPlan PlanOf()
    {
        var plan = new SparsityPlan();
        foreach (var linear in PrunableLayers.Where(linear => !linear.IsDense))
        {
            plan.Add(linear.Name, linear.Weight.ToMask());
        }

        return plan;
    }
}
