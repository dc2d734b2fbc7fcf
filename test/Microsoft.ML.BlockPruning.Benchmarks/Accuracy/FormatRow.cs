using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Benchmarks.Accuracy;

/// <summary>What a format costs on the test images, beside float32 at the same mask.</summary>
/// <param name="Network">Which one.</param>
/// <param name="Keep">Multiply-adds as a fraction of the dense network's.</param>
/// <param name="Format">In what numbers its layers are multiplied.</param>
/// <param name="Rows">The rows of the kernel list that ran.</param>
/// <param name="Images">Test images.</param>
/// <param name="Top1">Fraction of them whose class is found.</param>
/// <param name="PointsLost">Percent of the images: float32's top-1 minus this one's.</param>
/// <param name="PointsError">Standard error of that, paired, percent.</param>
/// <param name="Agreement">Fraction of the images with float32's class.</param>
/// <param name="Kl">Mean KL divergence from float32, nats.</param>
internal sealed record FormatRow(
    string Network, double Keep, [property: JsonConverter(typeof(JsonStringEnumConverter<ProductFormat>))] ProductFormat Format,
    string Rows, int Images, double Top1, double PointsLost, double PointsError, double Agreement, double Kl);
