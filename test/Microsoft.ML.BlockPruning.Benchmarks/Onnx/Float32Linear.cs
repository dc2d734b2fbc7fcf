using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>MatMul and Add, as exporters write a linear layer over tokens; ONNX Runtime joins the two.</summary>
internal sealed class Float32Linear : IOnnxLinear
{
    public string Add(OnnxGraph graph, LinearWeights layer, string x)
    {
        // MatMul knows no transposition.
        float[] transposed = new float[layer.Weight.Length];
        for (int row = 0; row < layer.OutFeatures; row++)
        {
            for (int column = 0; column < layer.InFeatures; column++)
            {
                transposed[(column * layer.OutFeatures) + row] = layer.Weight[(row * layer.InFeatures) + column];
            }
        }

        string weight = graph.Constant($"{layer.Name}.weight", transposed, layer.InFeatures, layer.OutFeatures);
        string bias = graph.Constant($"{layer.Name}.bias", layer.Bias, layer.OutFeatures);
        return graph.Node("Add", [graph.Node("MatMul", [x, weight]), bias]);
    }
}
