using System.Numerics.Tensors;

namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>A weight as 8-bit integers, symmetric, with a scale for each output: weight ≈ value · scale.</summary>
/// <remarks>
/// What onnxruntime.quantization makes with QInt8 and per_channel: scale = max|row| / 127, rounded half to even, so that no weight is
/// further off than half a scale.
/// </remarks>
internal sealed class Int8Weight
{
    private const int Largest = 127;

    /// <param name="weight">[outFeatures, inFeatures], row-major.</param>
    /// <param name="outFeatures">Rows.</param>
    public Int8Weight(ReadOnlySpan<float> weight, int outFeatures)
    {
        int inFeatures = weight.Length / outFeatures;
        Values = new sbyte[weight.Length];
        Scales = new float[outFeatures];
        for (int row = 0; row < outFeatures; row++)
        {
            var source = weight.Slice(row * inFeatures, inFeatures);
            float largest = Math.Abs(TensorPrimitives.MaxMagnitude(source));
            float scale = largest > 0 ? largest / Largest : 1;
            Scales[row] = scale;
            for (int column = 0; column < inFeatures; column++)
            {
                float rounded = MathF.Round(source[column] / scale);
                Values[(column * outFeatures) + row] = (sbyte)Math.Clamp(rounded, -Largest, Largest);
            }
        }
    }

    /// <summary>[inFeatures, outFeatures], as MatMulInteger reads them.</summary>
    public sbyte[] Values { get; }

    /// <summary>[outFeatures].</summary>
    public float[] Scales { get; }
}
