using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Benchmarks.Inference;

/// <summary>Ours in one format at one share of the blocks, and all others of the same rounds; milliseconds an image, medians.</summary>
/// <param name="Model">Which network; its weights are random.</param>
/// <param name="Batch">Images of a run.</param>
/// <param name="Keep">Share of the 32x32 blocks that is kept; 1: dense.</param>
/// <param name="Format">In what numbers ours multiplies its layers.</param>
/// <param name="Kernels">The rows of the kernel list that ran.</param>
/// <param name="OursMs">Ours.</param>
/// <param name="P10">A tenth of the rounds took less.</param>
/// <param name="P90">A tenth of the rounds took more.</param>
/// <param name="DenseMs">Ours dense, in the same format.</param>
/// <param name="OrtFp32Ms">ONNX Runtime fp32, dense.</param>
/// <param name="OrtInt8Ms">ONNX Runtime int8, dense: the faster of the two.</param>
/// <param name="OrtInt8DynamicMs">With the activations' scale of each batch.</param>
/// <param name="OrtInt8StaticMs">With scales that are known beforehand.</param>
/// <param name="TorchFp32Ms">libtorch fp32, dense; null where it was left out.</param>
/// <param name="TimesOrtFp32">How many times as fast as ONNX Runtime fp32: median of the ratios of each round, as in the others.</param>
/// <param name="TimesOrtInt8">As ONNX Runtime int8.</param>
/// <param name="TimesOwnDense">As ours dense in the same format.</param>
/// <param name="TimesOwnFloat32">As ours in float32 with the same blocks.</param>
/// <param name="LogitError">Largest difference to our float32 with the same blocks, as a fraction of the largest logit.</param>
/// <param name="PeakBytes">Native memory of the session: packed weights and activations.</param>
/// <param name="AllocatedBytes">Managed memory that a run takes.</param>
internal sealed record InferenceRow(
    string Model, int Batch, double Keep, [property: JsonConverter(typeof(JsonStringEnumConverter<ProductFormat>))] ProductFormat Format,
    string Kernels, double OursMs, double P10, double P90, double DenseMs, double OrtFp32Ms, double OrtInt8Ms, double OrtInt8DynamicMs,
    double OrtInt8StaticMs, double? TorchFp32Ms, double TimesOrtFp32, double TimesOrtInt8, double TimesOwnDense, double TimesOwnFloat32,
    double LogitError, long PeakBytes, long AllocatedBytes);
