namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Writes sizes into the headers of a zip file: local headers, the directory and its end.</summary>
internal sealed class ZipFieldEdit : IMutator
{
    private const int HeaderBytes = 46; // the longest of the three, of the directory's entries

    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        var headers = Enumerable.Range(0, Math.Max(0, input.Length - 3))
            .Where(i => input[i] == 'P' && input[i + 1] == 'K' && input[i + 2] < 8).ToList();
        return headers.Count == 0
            ? null
            : new SizeFieldEdit([headers[random.Next(headers.Count)] + random.Next(HeaderBytes)], marker: null)
                .TryMutate(input, other, random);
    }
}
