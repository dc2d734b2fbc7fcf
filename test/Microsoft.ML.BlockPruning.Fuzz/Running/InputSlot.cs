using System.IO.MemoryMappedFiles;

namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary>A file mapped by parent and child with the input that is being tried: it is there when the child is not any more.</summary>
internal sealed class InputSlot : IDisposable
{
    private const int Capacity = 4 << 20;
    private const int LengthAt = sizeof(long);
    private const int ContentAt = LengthAt + sizeof(int);
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Opens or creates.</summary>
    public InputSlot(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, Capacity);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>How many inputs the child has begun with.</summary>
    public long Number => _view.ReadInt64(0);

    /// <summary>The last one; empty where none was tried.</summary>
    public byte[] Content
    {
        get
        {
            byte[] content = new byte[Math.Clamp(_view.ReadInt32(LengthAt), 0, Capacity - ContentAt)];
            _view.ReadArray(ContentAt, content, 0, content.Length);
            return content;
        }
    }

    public void Put(byte[] content)
    {
        _view.WriteArray(ContentAt, content, 0, Math.Min(content.Length, Capacity - ContentAt));
        _view.Write(LengthAt, content.Length);
        _view.Write(0, Number + 1);
    }

    public void Clear()
    {
        _view.Write(0, 0L);
        _view.Write(LengthAt, 0);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
