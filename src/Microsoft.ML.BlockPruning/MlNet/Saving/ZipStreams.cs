using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.BlockPruning.MlNet.Interop;

namespace Microsoft.ML.BlockPruning.MlNet.Saving;

/// <summary>The folder of our network in a model's zip file, found and read without ML.NET.</summary>
internal sealed class ZipStreams : ISavedStreams
{
    private const string PyTorchEntry = "data.pkl";
    private const string NumPyEnding = ".npy";
    private const string HeaderName = "Model.key";

    // ML.NET's ModelHeader: the kind of the folder, then the version that wrote it and the least that may read it.
    private const int KindOffset = 64;
    private const int ReadableOffset = KindOffset + 12;
    private const int HeaderBytes = ReadableOffset + sizeof(uint);

    private readonly ZipArchive _zip;
    private readonly string _folder;

    private ZipStreams(ZipArchive zip, string folder)
    {
        _zip = zip;
        _folder = folder;
    }

    /// <summary>Finds the folder.</summary>
    /// <param name="zip">Whose entries <see cref="ModelZip"/> has checked.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="InvalidDataException">There is none, or there are several.</exception>
    public static ZipStreams Find(ZipArchive zip, string path)
    {
        string[] names = [.. zip.Entries.Select(entry => Normalize(entry.FullName))];
        string[] folders = [.. names.Where(name => NameOf(name) == SavedModel.NetworkStream).Select(FolderOf)];
        if (folders.Length == 1)
        {
            return new ZipStreams(zip, folders[0]);
        }

        string[] others = [.. names.Where(name => NameOf(name) == HeaderName).Select(name => FolderOf(name).TrimEnd('/'))];
        throw new InvalidDataException(
            folders.Length > 1 ? $"The model '{path}' holds {folders.Length} pruned networks, expected one: save them one by one."
            : others.Length > 0 ? $"The model '{path}' is ML.NET's and holds no pruned network; it has {string.Join(", ", others)}. Give a "
                + "file that SavePruned or blockprune wrote."
            : names.Any(name => NameOf(name) == PyTorchEntry) ? $"'{path}' is a checkpoint of PyTorch, expected what SavePruned or "
                + "blockprune wrote: prune it (PruneBlocks, blockprune prune --model), then load what that saves."
            : $"'{path}' is a zip file, but no model of ML.NET: expected what SavePruned or blockprune wrote.");
    }

    /// <summary>Whether a zip file is another program's checkpoint, which is for the reader of those to take or refuse.</summary>
    public static bool IsForeign(ZipArchive zip) => zip.Entries.Any(
        entry => NameOf(Normalize(entry.FullName)) == PyTorchEntry || entry.FullName.EndsWith(NumPyEnding, StringComparison.Ordinal));

    /// <inheritdoc/>
    public void CheckHeader()
    {
        if (!TryRead(HeaderName, reader => reader.ReadBytes(HeaderBytes), out byte[]? header) || header!.Length < HeaderBytes
            || Encoding.ASCII.GetString(header, KindOffset, MlNetModelFile.ModelSignature.Length) != MlNetModelFile.ModelSignature)
        {
            throw new FormatException(
                $"The model file is corrupt: '{_folder}{HeaderName}' does not say that the folder is a pruned network's.");
        }

        uint readable = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(ReadableOffset));
        if (readable > MlNetModelFile.Version)
        {
            throw new FormatException(
                $"The model file was saved by a later version: it asks for a reader of {readable:x8}, this library is one of "
                + $"{MlNetModelFile.Version:x8}; update Microsoft.ML.BlockPruning.");
        }
    }

    /// <inheritdoc/>
    public bool TryRead<T>(string name, Func<BinaryReader, T> read, [MaybeNullWhen(false)] out T content)
    {
        var entry = _zip.Entries.FirstOrDefault(entry => Normalize(entry.FullName) == _folder + name);
        if (entry is null)
        {
            content = default;
            return false;
        }

        using var stream = new BufferedStream(entry.Open(), 1 << 16);
        using var reader = new BinaryReader(stream);
        content = read(reader);
        return true;
    }

    // Files that were saved on Windows may have its separator.
    private static string Normalize(string name) => name.Replace('\\', '/');

    private static string NameOf(string entry) => entry[(entry.LastIndexOf('/') + 1)..];

    private static string FolderOf(string entry) => entry[..(entry.LastIndexOf('/') + 1)];
}
