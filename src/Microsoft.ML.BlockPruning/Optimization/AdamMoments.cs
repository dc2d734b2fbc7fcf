using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>A parameter with its first and second moment.</summary>
/// <param name="Name">The parameter's canonical name.</param>
/// <param name="Parameter">The float32 master weight.</param>
/// <param name="First">Moving average of the gradient, of the parameter's shape.</param>
/// <param name="Second">Moving average of the squared gradient, of the parameter's shape.</param>
internal sealed record AdamMoments(string Name, Parameter Parameter, Tensor First, Tensor Second)
{
    /// <summary>As in timm: matrices and the patch convolution decay; biases, norms, tokens and positions do not.</summary>
    public bool Decays => Name.EndsWith(".weight", StringComparison.Ordinal) && Parameter.dim() > 1;
}
