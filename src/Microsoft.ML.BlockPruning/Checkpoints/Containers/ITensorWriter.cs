namespace Microsoft.ML.BlockPruning.Checkpoints.Containers;

/// <summary>Gathers tensors and free strings, and writes them as one file: the same of both give the same bytes.</summary>
internal interface ITensorWriter
{
    /// <summary>Adds a free string.</summary>
    void AddMetadata(string key, string value);

    /// <summary>Adds a checksum of the whole file, which <see cref="ITensorFile.VerifyChecksum"/> asks for.</summary>
    void AddChecksum();

    /// <summary>Adds a tensor of float32; the array is read when the file is written.</summary>
    /// <param name="name">The tensor's name; once per file.</param>
    /// <param name="shape">Its sides.</param>
    /// <param name="values">[product of the sides], row-major.</param>
    void Add(string name, int[] shape, float[] values);

    /// <summary>The same of whole numbers.</summary>
    /// <inheritdoc cref="Add(string, int[], float[])"/>
    void Add(string name, int[] shape, int[] values);

    /// <summary>Writes the file; the stream need not seek.</summary>
    void Write(Stream stream);
}
