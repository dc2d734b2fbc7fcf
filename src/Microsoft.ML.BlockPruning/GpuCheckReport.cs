using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Measurement.GpuCheck;

namespace Microsoft.ML.BlockPruning;

/// <summary>What <see cref="GpuCheck"/> found. Immutable.</summary>
public sealed class GpuCheckReport
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, // an error of NaN
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly CudaDevice _gpu;
    private readonly int _driverVersion;
    private readonly IReadOnlyList<GpuAgreement> _agreements;
    private readonly IReadOnlyList<GpuTiming> _timings;

    internal GpuCheckReport(
        CudaDevice gpu, int driverVersion, IReadOnlyList<GpuAgreement> agreements, IReadOnlyList<GpuTiming> timings)
    {
        _gpu = gpu;
        _driverVersion = driverVersion;
        _agreements = agreements;
        _timings = timings;
    }

    /// <summary>Whether the GPU's scores are the CPU's, within what its types lose.</summary>
    public bool Passed => _agreements.All(agreement => agreement.Holds);

    private string Capability => $"{_gpu.ComputeMajor}.{_gpu.ComputeMinor}";

    private string Cuda => $"{_driverVersion / 1000}.{_driverVersion % 1000 / 10}";

    /// <summary>All of it in one line, to paste in an issue.</summary>
    /// <returns>JSON, names in camelCase.</returns>
    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            Passed,
            Gpu = _gpu.Name,
            ComputeCapability = Capability,
            _gpu.MemoryBytes,
            _gpu.Multiprocessors,
            DriverCuda = Cuda,
            Library = typeof(GpuCheckReport).Assembly.GetName().Version?.ToString(),
            Agreements = _agreements,
            Timings = _timings.Select(timing => new
            {
                timing.Case.Layer,
                timing.Case.OutFeatures,
                timing.Case.InFeatures,
                Block = timing.Case.Block.ToString(),
                timing.Case.Keep,
                timing.Case.Images,
                timing.Case.Tokens,
                timing.Median,
                timing.Fast,
                timing.Slow,
                Dense = DenseOf(timing),
            }),
        },
        Form);

    /// <summary>Tables for a terminal.</summary>
    /// <returns>Some lines.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        Line(text, $"{_gpu.Name}, compute capability {Capability}, driver for CUDA {Cuda}");
        Line(text, $"{_agreements.Count(agreement => agreement.Holds)} of {_agreements.Count} networks score as on the CPU");
        foreach (var wrong in _agreements.Where(agreement => !agreement.Holds))
        {
            Line(text, $"WRONG: {wrong.Network}, {wrong.Precision}: off by {wrong.Error:G3}, may be {wrong.Bound:G3}. {wrong.Failure}");
        }

        if (_timings.Count > 0)
        {
            Line(text, $"{"layer",-12}{"images",8}{"block",8}{"keep",6}{"ms",10}{"10 %",10}{"90 %",10}{"dense ms",10}");
        }

        foreach (var timing in _timings)
        {
            var layer = timing.Case;
            string block = layer.Block.ToString();
            double? dense = DenseOf(timing);
            string times = string.Create(
                CultureInfo.InvariantCulture, $"{timing.Median,10:F4}{timing.Fast,10:F4}{timing.Slow,10:F4}{dense,10:F4}");
            Line(text, $"{layer.Layer,-12}{layer.Images,8}{block,8}{layer.Keep,6}{times}");
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    /// <summary>Our dense kernel's time of the same layer and batch; null where it was not timed.</summary>
    private double? DenseOf(GpuTiming timing) =>
        _timings.FirstOrDefault(other => other.Case.IsDense && other.Case.Group == timing.Case.Group)?.Median;
}
