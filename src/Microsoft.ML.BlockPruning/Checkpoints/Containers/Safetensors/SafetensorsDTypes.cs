using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

/// <summary>How a file spells an element type, how many bytes an element takes, and which number format it is.</summary>
internal static class SafetensorsDTypes
{
    private static readonly Dictionary<SafetensorsDType, (string Name, int Size)> All = new()
    {
        [SafetensorsDType.Bool] = ("BOOL", 1),
        [SafetensorsDType.U8] = ("U8", 1),
        [SafetensorsDType.I8] = ("I8", 1),
        [SafetensorsDType.F8E4M3] = ("F8_E4M3", 1),
        [SafetensorsDType.F8E5M2] = ("F8_E5M2", 1),
        [SafetensorsDType.I16] = ("I16", 2),
        [SafetensorsDType.U16] = ("U16", 2),
        [SafetensorsDType.F16] = ("F16", 2),
        [SafetensorsDType.BF16] = ("BF16", 2),
        [SafetensorsDType.I32] = ("I32", 4),
        [SafetensorsDType.U32] = ("U32", 4),
        [SafetensorsDType.F32] = ("F32", 4),
        [SafetensorsDType.I64] = ("I64", 8),
        [SafetensorsDType.U64] = ("U64", 8),
        [SafetensorsDType.F64] = ("F64", 8),
    };

    private static readonly Dictionary<string, SafetensorsDType> ByName =
        All.ToDictionary(entry => entry.Value.Name, entry => entry.Key, StringComparer.Ordinal);

    /// <summary>Every spelling, for messages.</summary>
    public static string Names => string.Join(", ", ByName.Keys);

    public static string Name(this SafetensorsDType type) => All[type].Name;

    /// <summary>Bytes of one element.</summary>
    public static int Size(this SafetensorsDType type) => All[type].Size;

    /// <summary>The format that this type is as numbers are stored; null where there is none.</summary>
    public static NumberFormat? Format(this SafetensorsDType type) =>
        BlockCodecs.All.FirstOrDefault(codec => codec.Name == type.Name())?.Format;

    /// <summary>The type that a file has for a format.</summary>
    public static SafetensorsDType Of(NumberFormat format) => ByName[BlockCodecs.Of(format).Name];

    public static bool TryParse(string? name, out SafetensorsDType type) => ByName.TryGetValue(name ?? string.Empty, out type);
}

/// <summary>The element types of the safetensors format; reading turns some of them into float or integers.</summary>
internal enum SafetensorsDType
{
    Bool,
    U8,
    I8,
    F8E4M3,
    F8E5M2,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    I64,
    U64,
    F64,
}
