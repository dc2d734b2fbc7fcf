using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;
using TorchSharp.Modules;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Criteria;

/// <summary>Inputs and full weight gradients of every prunable layer, image by image, by plain autograd in float64.</summary>
internal static class AutogradOracle
{
    /// <summary>Runs.</summary>
    /// <param name="weights">The network.</param>
    /// <param name="images">[count, image].</param>
    /// <param name="loss">Loss of image n from its logits [1, classes].</param>
    public static IReadOnlyList<LayerRecord> Run(NetworkWeights weights, float[] images, Func<int, torch.Tensor, torch.Tensor> loss)
    {
        using var scope = torch.NewDisposeScope();
        using var network = new TorchNetwork(weights);
        network.To(torch.float64);
        Linear[] linears = [.. network.Steps.SelectMany(step => step.Linears)];
        var config = weights.Config;
        int count = images.Length / config.ImageDim;
        var inputs = linears.Select(_ => new List<torch.Tensor>()).ToArray();
        var outputGradients = linears.Select(_ => new List<torch.Tensor>()).ToArray();
        var weightGradients = linears.Select(_ => new List<double[,]>()).ToArray();
        for (int n = 0; n < count; n++)
        {
            var outputs = new torch.Tensor[linears.Length];
            var hooks = linears.Select((linear, l) => linear.register_forward_hook((_, input, output) =>
            {
                inputs[l].Add(input.detach().squeeze(0).MoveToOtherDisposeScope(scope));
                return outputs[l] = output.clone().MoveToOtherDisposeScope(scope);
            })).ToArray();
            var image = torch.tensor(images[(n * config.ImageDim)..((n + 1) * config.ImageDim)], torch.float64);
            var value = loss(n, network.Forward(image.reshape(1, config.Channels, config.ImageSize, config.ImageSize)));
            Array.ForEach(hooks, hook => hook.remove());
            var gradients = torch.autograd.grad([value], [.. outputs, .. linears.Select(linear => linear.weight!)]);
            for (int l = 0; l < linears.Length; l++)
            {
                outputGradients[l].Add(gradients[l].squeeze(0));
                weightGradients[l].Add(Matrix(gradients[linears.Length + l]));
            }
        }

        return
        [
            .. linears.Select((linear, l) => new LayerRecord(
                Matrix(linear.weight!), Matrix(torch.cat(inputs[l])), Matrix(torch.cat(outputGradients[l])), [.. weightGradients[l]])),
        ];
    }

    private static double[,] Matrix(torch.Tensor x)
    {
        double[] values = x.detach().contiguous().data<double>().ToArray();
        int columns = (int)x.shape[1];
        return NaiveMatrix.Fill((int)x.shape[0], columns, (i, j) => values[(i * columns) + j]);
    }
}
