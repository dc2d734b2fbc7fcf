using System.Buffers.Binary;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;

/// <summary>The resource with the functions' bytes. Tests make the same bytes again, and prove what each function does not do.</summary>
/// <remarks>
/// Little-endian: the tag, the number of functions; of each function its number, convention, vectors and a zero, one byte each, its
/// length as int32, its bytes.
/// </remarks>
internal sealed class ShippedCode
{
    /// <summary>"BPMC".</summary>
    public const int Tag = 0x434D5042;

    /// <summary>The resource's name.</summary>
    public const string ResourceName = "machine_code.bin";

    /// <summary>Vectors of the widest panel.</summary>
    public const int MostVectors = 3;

    private const int EntryBytes = 8;

    private static readonly Lazy<ShippedCode> Shipped = new(Read);

    private readonly Dictionary<(ShippedFunction, CallConvention, int), byte[]> _functions = [];

    /// <summary>Reads the bytes of a resource.</summary>
    /// <exception cref="InvalidDataException">They are not as described.</exception>
    public ShippedCode(ReadOnlySpan<byte> resource)
    {
        int count = resource.Length >= EntryBytes && BinaryPrimitives.ReadInt32LittleEndian(resource) == Tag
            ? BinaryPrimitives.ReadInt32LittleEndian(resource[4..])
            : -1;
        resource = resource[Math.Min(resource.Length, EntryBytes)..];
        for (int i = 0; i < count; i++)
        {
            int length = resource.Length >= EntryBytes ? BinaryPrimitives.ReadInt32LittleEndian(resource[4..]) : -1;
            if (length < 1 || length > resource.Length - EntryBytes)
            {
                throw Damaged();
            }

            var (function, convention, vectors) = ((ShippedFunction)resource[0], (CallConvention)resource[1], (int)resource[2]);
            bool isKnown = Enum.IsDefined(function) && Enum.IsDefined(convention) && vectors is >= 1 and <= MostVectors && resource[3] == 0;
            if (!isKnown || !_functions.TryAdd((function, convention, vectors), resource.Slice(EntryBytes, length).ToArray()))
            {
                throw Damaged();
            }

            resource = resource[(EntryBytes + length)..];
        }

        if (count < 1 || resource.Length > 0)
        {
            throw Damaged();
        }
    }

    /// <summary>Which functions there are.</summary>
    public IEnumerable<(ShippedFunction Function, CallConvention Convention, int Vectors)> Keys => _functions.Keys;

    /// <summary>The bytes of a function.</summary>
    /// <exception cref="InvalidDataException">It is not among them.</exception>
    public ReadOnlySpan<byte> Of(ShippedFunction function, CallConvention convention, int vectors) =>
        _functions.TryGetValue((function, convention, vectors), out byte[]? code) ? code : throw Damaged();

    /// <summary>What this library ships.</summary>
    /// <exception cref="InvalidOperationException">It was built without.</exception>
    public static ShippedCode Load() => Shipped.Value;

    private static ShippedCode Read()
    {
        using var resource = typeof(ShippedCode).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"The assembly holds no {ResourceName}: it was built without its embedded resources.");
        byte[] bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return new ShippedCode(bytes);
    }

    private static InvalidDataException Damaged() => new($"The resource {ResourceName} is damaged: build the library anew.");
}
