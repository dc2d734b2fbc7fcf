using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>All weights of a network on the device, and how wide rows of activations are that they read and write.</summary>
/// <remarks><see cref="CudaRequirements"/> has seen to it that steps are branches, heads read one token, norms are a ViT's.</remarks>
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
            Norm = upload.Norm(spec.Norm!, weights);
            Heads = [.. spec.Heads.Select(head => upload.Linear(weights.Dense(head.Linear), weights.Dense(head.Linear).Bias))];
            StreamStride = Branches.Select(branch => branch.Second).Append(PatchEmbedding).Max(linear => linear.PaddedOutFeatures);
            StartTokens = upload.Rows(Inference.StartTokens.Of(network), spec.Stem.Patch.OutFeatures, StreamStride);
        }
        catch
        {
            Dispose();
            throw;
        }

        HeadTokens = [.. spec.Heads.Select(head => ((TokenPooling)head.Pooling).Token)];
        ReadTokens = [.. HeadTokens.Distinct().Order()];
        LastMixing = Branches.ToList().FindLastIndex(branch => branch.Attention is not null);
        NarrowStride = Branches.Select(branch => branch.First)
            .Concat(Branches.Where(branch => branch.Attention is not null).Select(branch => branch.Second)).Concat(Heads)
            .Max(linear => linear.PaddedInFeatures);
        WideStride = Branches.Select(branch => branch.First.PaddedOutFeatures)
            .Concat(Branches.Where(branch => branch.Attention is null).Select(branch => branch.Second.PaddedInFeatures))
            .Append(PatchEmbedding.PaddedInFeatures)
            .Max();
        LogitStride = Heads[0].PaddedOutFeatures;
    }

    public NetworkSpec Spec { get; }

    public NumberFormat Element { get; }

    public DeviceLinear PatchEmbedding { get; }

    public IReadOnlyList<DeviceBranch> Branches { get; }

    public DeviceNorm Norm { get; }

    /// <summary>In the specification's order.</summary>
    public IReadOnlyList<DeviceLinear> Heads { get; }

    /// <summary>The token that each head reads.</summary>
    public IReadOnlyList<int> HeadTokens { get; }

    /// <summary>The tokens that heads read, each once, ascending.</summary>
    public IReadOnlyList<int> ReadTokens { get; }

    /// <summary>The last branch with attention; −1 where there is none. After it, only what heads read is computed.</summary>
    public int LastMixing { get; }

    /// <summary>[tokens]: what every image's tokens are before its patches are added.</summary>
    public DeviceRows StartTokens { get; }

    /// <summary>Elements of a row of the residual stream: the widest that a layer writes there.</summary>
    public int StreamStride { get; }

    /// <summary>Elements of a row of a norm's or attention's result: the widest that a layer reads there.</summary>
    public int NarrowStride { get; }

    /// <summary>Elements of a row of patches, of q, k and v, or of an MLP's hidden features.</summary>
    public int WideStride { get; }

    /// <summary>Elements of a row of logits.</summary>
    public int LogitStride { get; }

    public void Dispose() => _scope.Dispose();
}
