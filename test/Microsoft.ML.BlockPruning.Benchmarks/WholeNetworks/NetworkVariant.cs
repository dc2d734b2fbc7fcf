using System.Text.Json.Serialization;

namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>What computes the network.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NetworkVariant>))]
internal enum NetworkVariant
{
    OursDense,
    OursPruned,
    OnnxRuntimeFp32,
    OnnxRuntimeInt8,
    TorchFp32,
}
