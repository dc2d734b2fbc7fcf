using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration.Observers;

/// <summary>Looks at nothing: for criteria that need the weights alone.</summary>
internal sealed class NoObserver : ILayerObserver
{
    public void Add(Tensor input, Tensor gradient)
    {
    }
}
