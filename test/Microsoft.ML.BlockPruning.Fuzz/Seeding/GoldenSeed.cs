using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Microsoft.ML.BlockPruning.Fuzz.Seeding;

/// <summary>Checkpoints as other programs write them: one of each program's names and of each family's parts.</summary>
internal static class GoldenSeed
{
    private const int LengthBytes = 8;

    private static readonly string[] Names =
    [
        "hf4_vit", "hf5_vit", "hf4_deit_teacher", "hf4_dinov2", "hf4_dinov2_reg", "hf4_siglip", "hf4_clip", "timm_deit3", "timm_mae",
        "timm_reg_gap", "timm_clip", "timm_wrapper", "timm_head_sequential", "st_prune",
    ];

    /// <summary>Their files, which say themselves what the config.json beside them says: none lies beside a changed file.</summary>
    public static IEnumerable<byte[]> All() => Names.Select(name => WithHeads(File.ReadAllBytes(
        Repository.At("test", "Microsoft.ML.BlockPruning.Tests", "Golden", "nets", name, "model.safetensors"))));

    private static byte[] WithHeads(byte[] file)
    {
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        var header = JsonNode.Parse(file.AsSpan(LengthBytes, length))!.AsObject();
        header["__metadata__"] = new JsonObject { ["num_heads"] = "2", ["layer_norm_eps"] = "1e-6" };
        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString()), start = new byte[LengthBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(start, (ulong)text.Length);
        return [.. start, .. text, .. file.AsSpan(LengthBytes + length)];
    }
}
