using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.KeyMaps;

/// <summary>Names that only a test knows, with query, key and value apart, as Hugging Face has them.</summary>
internal static class ToyNames
{
    public static KeyMap Map { get; } = new(
        "a toy", "toy.*",
        [
            KeyRow.Keep("toy.first", "cls_token"),
            KeyRow.Keep("toy.places", "pos_embed"),
            KeyRow.Keep("toy.patch.{P}", "patch_embed.proj.{P}"),
            KeyRow.Keep("toy.layer_{N}.before.{P}", "blocks.{N}.norm1.{P}"),
            new(
                new("blocks.{N}.attn.qkv.{P}"),
                [new("toy.layer_{N}.query.{P}"), new("toy.layer_{N}.key.{P}"), new("toy.layer_{N}.value.{P}")],
                new StackRows()),
            KeyRow.Keep("toy.layer_{N}.out.{P}", "blocks.{N}.attn.proj.{P}"),
            KeyRow.Keep("toy.layer_{N}.after.{P}", "blocks.{N}.norm2.{P}"),
            KeyRow.Keep("toy.layer_{N}.up.{P}", "blocks.{N}.mlp.fc1.{P}"),
            KeyRow.Keep("toy.layer_{N}.down.{P}", "blocks.{N}.mlp.fc2.{P}"),
            KeyRow.Keep("toy.last.{P}", "norm.{P}"),
            KeyRow.Keep("toy.answer.{P}", "head.{P}"),
            KeyRow.Keep("toy.answer_old.{P}", "head.{P}"),
            KeyRow.PassOver("toy.index"),
        ]);

    private sealed class StackRows : ITensorTransform
    {
        public long[] ShapeOf(ITensorFile file, IReadOnlyList<TensorEntry> sources) =>
            [sources.Sum(source => source.Shape[0]), .. sources[0].Shape[1..]];

        public void Read(ITensorFile file, IReadOnlyList<TensorEntry> sources, Span<float> destination)
        {
            foreach (var source in sources)
            {
                int elements = (int)source.Shape.Aggregate(1L, (product, side) => product * side);
                file.ReadSingles(source.Name, destination[..elements]);
                destination = destination[elements..];
            }
        }
    }
}
