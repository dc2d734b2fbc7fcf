using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>All weights of a network on the device, and how wide rows of activations are that they read and write.</summary>
/// <remarks><see cref="CudaRequirements"/> has seen to it that all steps are branches.</remarks>
internal sealed class DeviceNetwork : IDisposable
{
    private readonly CudaScope _scope = new();

    /// <summary>Packs on the host and uploads.</summary>
    public DeviceNetwork(SparseViT network, ICudaDriver driver, NumberFormat element, CudaStream stream)
    {
        var (spec, weights) = (network.Spec, network.Weights);
        Spec = spec;
        Element = element;
        try
        {
            var upload = new DeviceUploader(driver, element, stream, _scope);
            PatchEmbedding = upload.Linear(weights.Dense(spec.Stem.Patch), bias: null); // its bias is part of the start tokens
            Branches = [.. spec.Steps.Cast<BranchSpec>().Select(branch => upload.Branch(branch, weights))];
            StemNorm = upload.OptionalNorm(spec.Stem.Norm, weights);
            Norm = upload.OptionalNorm(spec.Norm, weights);
            Heads = [.. spec.Heads.Select((head, number) => upload.Head(head, number, weights))];
            StreamStride = Branches.Select(branch => branch.Second).Append(PatchEmbedding).Select(linear => linear.PaddedOutFeatures)
                .Concat(Heads.Select(head => head.Linear.PaddedInFeatures)) // without norms they read the stream itself
                .Max();
            StartTokens = upload.Rows(Inference.StartTokens.Of(network), spec.Stem.Patch.OutFeatures, StreamStride);
        }
        catch
        {
            Dispose();
            throw;
        }

        ReadTokens = spec.Heads.All(head => head.Pooling is TokenPooling)
            ? [.. spec.Heads.Select(head => ((TokenPooling)head.Pooling).Token).Distinct().Order()]
            : null;
        int lastMixing = Branches.ToList().FindLastIndex(branch => branch.Attention is not null);
        WholeBranches = ReadTokens is null ? Branches.Count : Math.Max(lastMixing, 0);
        NarrowStride = Branches.Select(branch => branch.First)
            .Concat(Branches.Where(branch => branch.Attention is not null).Select(branch => branch.Second))
            .Concat(Heads.Select(head => head.Linear)).Max(linear => linear.PaddedInFeatures);
        WideStride = Branches.Select(branch => branch.First.PaddedOutFeatures)
            .Concat(Branches.Where(branch => branch.Attention is null).Select(branch => branch.Second.PaddedInFeatures))
            .Append(PatchEmbedding.PaddedInFeatures).Concat(Heads.Select(head => head.Linear.PaddedInFeatures))
            .Max();
        LogitStride = Heads[0].Linear.PaddedOutFeatures;
    }

    public NetworkSpec Spec { get; }

    public NumberFormat Element { get; }

    public DeviceLinear PatchEmbedding { get; }

    public IReadOnlyList<DeviceBranch> Branches { get; }

    /// <summary>Before the first branch; null where there is none.</summary>
    public DeviceNorm? StemNorm { get; }

    /// <summary>Of all tokens after the last branch; null where there is none.</summary>
    public DeviceNorm? Norm { get; }

    /// <summary>In the specification's order.</summary>
    public DeviceHead[] Heads { get; }

    /// <summary>The tokens that heads read, each once, ascending; null where a head reads a mean.</summary>
    public int[]? ReadTokens { get; }

    /// <summary>Leading branches that all tokens pass: those before the last attention, or all where a head reads a mean.</summary>
    public int WholeBranches { get; }

    /// <summary>[tokens]: what every image's tokens are before its patches are added.</summary>
    public DeviceRows StartTokens { get; }

    /// <summary>Elements of a row of the residual stream: the widest that a layer writes there.</summary>
    public int StreamStride { get; }

    /// <summary>Elements of a row of a norm's or attention's result: the widest that a layer reads there.</summary>
    public int NarrowStride { get; }

    /// <summary>Elements of a row of patches, of q, k and v, of an MLP's hidden features, or of what a head reads.</summary>
    public int WideStride { get; }

    /// <summary>Elements of a row of logits.</summary>
    public int LogitStride { get; }

    public void Dispose() => _scope.Dispose();
}
