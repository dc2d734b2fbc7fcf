using Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;
using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

/// <summary>The tensors of a file that <c>torch.save</c> wrote; each is read from its storage when it is asked for.</summary>
/// <remarks>Not safe for use from several threads at once: all reads share the stream's position.</remarks>
internal sealed class TorchFile : ITensorFile
{
    // Tensors that share a storage may ask for more than the file has; tied weights do, and are few.
    private const long SharedElements = 4L << 20;

    private readonly Stream _stream;
    private readonly Dictionary<string, TorchTensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<long, long> _storageElements = []; // by the storage's position

    /// <param name="stream">The file, which is closed with this.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="root">What its pickle made.</param>
    /// <param name="storages">Where the storages lie, by key.</param>
    /// <exception cref="InvalidDataException">There is no dict of tensors, or one of them is not within its storage; names it.</exception>
    public TorchFile(Stream stream, string source, object? root, IReadOnlyDictionary<string, StoragePlace> storages)
    {
        (_stream, Source) = (stream, source);
        var dict = StateDict.Of(root, source);
        Notes = dict.Notes;
        foreach (var (name, value) in dict.Entries.Named)
        {
            if (value is PickledTensor tensor)
            {
                Add(name, tensor, storages);
            }
            else if ((value as InertValue)?.Of is { } maker && !TorchCalls.IsCompany(maker))
            {
                throw new InvalidDataException(
                    $"{source}: '{name}' is made by {maker}, which is not read. Save the network's weights as plain tensors.");
            }
        }

        CheckSharing();
    }

    /// <summary>Opens a file, which is closed again where it is none of torch's.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Is given the file and what messages call it.</param>
    public static TorchFile Open(string path, Func<FileStream, string, TorchFile> read)
    {
        var stream = RegularFile.Open(path);
        try
        {
            return read(stream, $"'{path}'");
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Source { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>What is said of a file from another kind of machine.</summary>
    public static InvalidDataException OfBigEndian(string source) => new(
        $"{source} was written on a machine that stores numbers the other way round (big-endian). Load it there and save it as "
        + "safetensors.");

    /// <inheritdoc/>
    public TensorEntry? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>False: torch names no sum that it holds its files against.</summary>
    public bool VerifyChecksum() => false;

    /// <inheritdoc/>
    public float[] ReadSingles(string name)
    {
        float[] values = Allocate<float>(Required(name));
        ReadSingles(name, values);
        return values;
    }

    /// <inheritdoc/>
    public void ReadSingles(string name, Span<float> destination)
    {
        var tensor = Required(name);
        Read(tensor, tensor.ElementType.Singles ?? throw WrongType(tensor, "float32, float16, bfloat16 or float64"), destination);
    }

    /// <inheritdoc/>
    public int[] ReadInt32s(string name)
    {
        var tensor = Required(name);
        int[] values = Allocate<int>(tensor);
        Read(tensor, tensor.ElementType.Whole ?? throw WrongType(tensor, "int32 or int64"), values);
        return values;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Add(string name, PickledTensor tensor, IReadOnlyDictionary<string, StoragePlace> storages)
    {
        if (!storages.TryGetValue(tensor.Storage.Key, out var place))
        {
            throw Invalid(name, $"its storage '{tensor.Storage.Key}' is not in the file. The file is cut off or damaged; fetch it again");
        }

        try
        {
            if (tensor.Storage.Elements > place.Bytes / tensor.Storage.Type.Size)
            {
                throw new FormatException(
                    $"lies in a storage of {tensor.Storage.Elements} elements, of which the file holds {place.Bytes} bytes");
            }

            _storageElements.TryAdd(place.Position, place.Bytes / tensor.Type.Size);
            if (!_tensors.TryAdd(name, TorchTensor.Of(name, tensor, place)))
            {
                throw new FormatException("is there twice");
            }
        }
        catch (FormatException error)
        {
            throw Invalid(name, $"it {error.Message}. The file is damaged");
        }
    }

    private void CheckSharing()
    {
        Int128 asked = 0, there = 0;
        foreach (var tensor in _tensors.Values)
        {
            asked += tensor.Elements;
        }

        foreach (long elements in _storageElements.Values)
        {
            there += elements;
        }

        if (asked > there + SharedElements)
        {
            throw new InvalidDataException(
                $"{Source}: its tensors have {asked} elements together, its storages {there}. The file is damaged.");
        }
    }

    private TorchTensor Required(string name) => _tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new InvalidDataException($"{Source}: there is no tensor '{name}' among its {_tensors.Count} tensors.");

    private T[] Allocate<T>(TorchTensor tensor) => tensor.Elements <= Array.MaxLength
        ? GC.AllocateUninitializedArray<T>((int)tensor.Elements)
        : throw Invalid(tensor.Name, $"it is {tensor.Describe()}, expected at most {Array.MaxLength} elements");

    private void Read<T>(TorchTensor tensor, NumberReader<T> read, Span<T> destination)
    {
        if (destination.Length != tensor.Elements)
        {
            throw new ArgumentException(
                $"Tensor '{tensor.Name}' has {tensor.Elements} elements, the destination {destination.Length}.", nameof(destination));
        }

        try
        {
            if (tensor.IsContiguous)
            {
                _stream.Position = tensor.Position;
                read(_stream, destination);
            }
            else
            {
                StridedReader.Read(_stream, tensor, read, destination);
            }
        }
        catch (FormatException error)
        {
            throw Invalid(tensor.Name, $"it {error.Message}");
        }
    }

    private InvalidDataException WrongType(TorchTensor tensor, string expected) =>
        new($"{Source}: tensor '{tensor.Name}' is {tensor.ElementType.Name}, expected {expected}.");

    private InvalidDataException Invalid(string tensor, string what) => new($"{Source}: tensor '{tensor}': {what}.");
}
