namespace Microsoft.ML.BlockPruning.MlNet.Saving;

/// <summary>Reads a small stream of a model file whole, and no more of it than its kind may have.</summary>
internal static class BoundedBytes
{
    /// <summary>Reads to the end.</summary>
    /// <param name="reader">The stream.</param>
    /// <param name="most">Bytes that it may have.</param>
    /// <param name="name">What the message calls it.</param>
    /// <exception cref="FormatException">There are more.</exception>
    public static byte[] Read(BinaryReader reader, int most, string name)
    {
        using var content = new MemoryStream();
        byte[] chunk = new byte[Math.Min(most, 1 << 16)];
        for (int read = reader.Read(chunk); read > 0; read = reader.Read(chunk))
        {
            if (content.Length + read > most)
            {
                throw new FormatException($"The model file is corrupt: its '{name}' has more than {most} bytes, the most that is read.");
            }

            content.Write(chunk, 0, read);
        }

        return content.ToArray();
    }
}
