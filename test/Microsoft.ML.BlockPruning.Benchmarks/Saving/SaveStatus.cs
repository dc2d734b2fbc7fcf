using System.IO.MemoryMappedFiles;

namespace Microsoft.ML.BlockPruning.Benchmarks.Saving;

/// <summary>What a writer is at, in memory that outlives it.</summary>
internal sealed class SaveStatus(string path) : IDisposable
{
    private readonly MemoryMappedFile _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, capacity: 8);

    public (SavePhase Phase, int Version) Value
    {
        get
        {
            using var memory = _file.CreateViewAccessor();
            int value = memory.ReadInt32(0); // one word: never half of it
            return ((SavePhase)(value >> 8), value & 0xff);
        }

        set
        {
            using var memory = _file.CreateViewAccessor();
            memory.Write(0, ((int)value.Phase << 8) | value.Version);
        }
    }

    public void Dispose() => _file.Dispose();
}
