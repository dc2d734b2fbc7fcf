using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.FineTuning;

/// <summary>The fraction of images whose largest logit is the right class.</summary>
internal static class Top1Accuracy
{
    /// <summary>Reads the images once, as they are.</summary>
    /// <param name="network">float32.</param>
    /// <param name="images">With labels.</param>
    public static double Of(TorchNetwork network, CalibrationSet images)
    {
        using var off = no_grad();
        int right = 0;
        for (int batch = 0; batch < images.BatchCount; batch++)
        {
            using var scope = NewDisposeScope();
            long[] predicted = TorchDevice.Read<long>(network.Forward(images.ImagesOf(batch)).argmax(1));
            var labels = images.Labels.AsSpan(images.FirstImage(batch), images.ImagesIn(batch));
            for (int i = 0; i < predicted.Length; i++)
            {
                right += predicted[i] == labels[i] ? 1 : 0;
            }
        }

        return right / (double)images.Count;
    }
}
