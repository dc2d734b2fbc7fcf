using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Files;

namespace Quickstart;

/// <summary>The figures for programs.</summary>
internal static class ResultJson
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static void Write(string path, QuickstartResult result) =>
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, Document(result), Indented));

    private static object Document(QuickstartResult result) => new
    {
        Dense = Figures(result.Dense),
        Pruned = Figures(result.Pruned),
        result.ReloadIdentical,
        result.PeakMemoryBytes,
        result.CalibrationSeconds,
        Classes = result.Report.Classes is { Count: > 0 } classes ? classes : null,
        Preprocessing = result.Report.Preprocessing is { Count: > 0 } steps ? steps : null,
    };

    private static object Figures(ModelFigures model) => new
    {
        model.Top1,
        model.Bytes,
        Macs = model.MultiplyAdds,
        MsBatch1 = model.Batch1.MedianMs,
        MsBatch32 = model.Batch32.MedianMs,
    };
}
