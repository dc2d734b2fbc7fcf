using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>A pruned network with all that scoring needs: weights, preprocessing and label names. Immutable; what a file holds.</summary>
internal sealed class SparseViT
{
    private readonly Lazy<SparsityPlan> _plan;
    private NetworkCost? _cost;

    /// <summary>Joins the parts; they are kept, not copied.</summary>
    /// <param name="config">The network's shape.</param>
    /// <param name="preprocessing">What is done to an image first; its size and channels are the network's.</param>
    /// <param name="labelNames">[numClasses], in the order of the logits.</param>
    /// <param name="embedding">Patch embedding, prefix tokens and positions.</param>
    /// <param name="layers">The encoder layers in forward order.</param>
    /// <param name="norm">The final norm.</param>
    /// <param name="heads">The head, and the distillation head of a distilled network.</param>
    /// <exception cref="ArgumentException">Preprocessing or label names do not fit the network.</exception>
    public SparseViT(
        ViTConfig config, ImagePreprocessing preprocessing, IReadOnlyList<string> labelNames,
        SparseEmbedding embedding, IReadOnlyList<SparseEncoderLayer> layers, LayerNormWeights norm, IReadOnlyList<LinearWeights> heads)
    {
        if (preprocessing.ImageSize != config.ImageSize || preprocessing.Channels != config.Channels)
        {
            throw new ArgumentException(
                $"The network reads images of {config.Channels}x{config.ImageSize}x{config.ImageSize}, "
                + $"the preprocessing makes {preprocessing.Channels}x{preprocessing.ImageSize}x{preprocessing.ImageSize}.",
                nameof(preprocessing));
        }

        if (labelNames.Count != config.NumClasses)
        {
            throw new ArgumentException(
                $"A network of {config.NumClasses} classes needs as many label names, found {labelNames.Count}.", nameof(labelNames));
        }

        Config = config;
        Preprocessing = preprocessing;
        LabelNames = labelNames;
        Embedding = embedding;
        Layers = layers;
        Norm = norm;
        Heads = heads;
        _plan = new Lazy<SparsityPlan>(PlanOf);
    }

    public ViTConfig Config { get; }

    public ImagePreprocessing Preprocessing { get; }

    /// <summary>[numClasses], in the order of the logits.</summary>
    public IReadOnlyList<string> LabelNames { get; }

    public SparseEmbedding Embedding { get; }

    public IReadOnlyList<SparseEncoderLayer> Layers { get; }

    public LayerNormWeights Norm { get; }

    /// <summary>The head over the class token, and in a distilled network the one over the distillation token.</summary>
    public IReadOnlyList<LinearWeights> Heads { get; }

    /// <summary>The masks of the pruned layers; dense layers have none.</summary>
    public SparsityPlan Plan => _plan.Value;

    /// <summary>What was assumed or passed over when the dense network was read; it goes with the network into its file.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The format of all matrices; patch embedding and heads hold float32 numbers that it has.</summary>
    public NumberFormat WeightFormat { get; init; }

    /// <summary>Whether the bytes that it was read from are those that were written; a network made in code has none.</summary>
    public bool IsVerified { get; init; } = true;

    public IEnumerable<SparseLinear> PrunableLayers => Layers.SelectMany(layer => layer.Linears);

    /// <summary>Multiply-adds of one image.</summary>
    public long MultiplyAdds => Cost.MultiplyAdds(KeptElements);

    /// <summary>Multiply-adds of one image in the dense network.</summary>
    public long DenseMultiplyAdds => Cost.TotalMultiplyAdds;

    /// <summary>Bytes of all weights and of the indices of their blocks.</summary>
    public long WeightBytes => Cost.Bytes(
        KeptElements,
        PrunableLayers.Where(linear => !linear.IsDense)
            .Sum(linear => (long)linear.Weight.ColIndices.Length + linear.Weight.CrowIndices.Length));

    private NetworkCost Cost => _cost ??= new NetworkCost(Config, WeightFormat);

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
        SparseLinear Sparse(LinearWeights layer) => SparseLinear.FromDense(layer, plan[layer.Name]).In(format);
        IEnumerable<LinearWeights> heads = weights.DistillationHead is null ? [weights.Head] : [weights.Head, weights.DistillationHead];
        return new SparseViT(
            weights.Config,
            preprocessing,
            [.. labelNames],
            new SparseEmbedding(
                WeightRounding.Copy(weights.PatchEmbedding, format),
                [.. weights.ClassToken],
                weights.DistillationToken?.ToArray(),
                [.. weights.PositionEmbedding]),
            [.. weights.Layers.Select(layer => new SparseEncoderLayer(
                Copy(layer.Norm1), Sparse(layer.Qkv), Sparse(layer.Proj), Copy(layer.Norm2), Sparse(layer.Fc1), Sparse(layer.Fc2)))],
            Copy(weights.Norm),
            [.. heads.Select(head => WeightRounding.Copy(head, format))])
        {
            WeightFormat = format,
            Notes = notes ?? weights.Notes,
        };
    }

    /// <summary>Reads a file as <see cref="Save"/> writes it, to the end of the stream.</summary>
    /// <exception cref="InvalidDataException">It is damaged or no such file; says what and where.</exception>
    public static SparseViT Load(Stream stream) => SparseViTReader.Read(stream);

    /// <summary>Writes a safetensors file: dense tensors under timm's names, block-sparse ones in PyTorch's BSR form.</summary>
    public void Save(Stream stream) => SparseViTWriter.Write(this, stream);

    /// <summary>The same network with zeros in removed blocks; what was dense is shared, not copied.</summary>
    public SparseViT ToDense() => new(
        Config, Preprocessing, LabelNames, Embedding,
        [.. Layers.Select(layer => layer with
        {
            Qkv = layer.Qkv.ToDense(), Proj = layer.Proj.ToDense(), Fc1 = layer.Fc1.ToDense(), Fc2 = layer.Fc2.ToDense(),
        })],
        Norm, Heads)
    {
        WeightFormat = WeightFormat,
        Notes = Notes,
    };

    /// <summary>The same network with another preprocessing of the same size and channels; weights are shared, not copied.</summary>
    public SparseViT With(ImagePreprocessing preprocessing) =>
        new(Config, preprocessing, LabelNames, Embedding, Layers, Norm, Heads) { WeightFormat = WeightFormat };

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
