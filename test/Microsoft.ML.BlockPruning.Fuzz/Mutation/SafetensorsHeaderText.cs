namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Changes a safetensors header as JSON or as text, and the length in front with it.</summary>
internal sealed class SafetensorsHeaderText : IMutator
{
    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        if (SafetensorsParts.Of(input) is not { } parts)
        {
            return null;
        }

        string? header = random.Next(2) == 0 ? JsonTreeEdit.Edited(parts.Header, random) : NumberTextEdit.Edited(parts.Header, random);
        return header is null ? null : (parts with { Header = header }).ToBytes();
    }
}
