namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

/// <summary>A tensor that was held against its storage: a view of numbers in the file, of no more than lie there.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="ElementType">The elements' type.</param>
/// <param name="Shape">The sides; none for a scalar.</param>
/// <param name="Strides">[rank] elements from one to the next along each side.</param>
/// <param name="Position">The first element's byte in the file.</param>
/// <param name="Elements">Product of the sides.</param>
internal sealed record TorchTensor(string Name, TorchType ElementType, long[] Shape, long[] Strides, long Position, long Elements)
    : TensorEntry(Name, ElementType.Name, Shape)
{
    private const int MostSides = 64; // torch's own limit

    /// <summary>Whether the elements lie in a row, in the order in which they are read.</summary>
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (int side = Shape.Length - 1; side >= 0; expected *= Shape[side], side--)
            {
                if (Shape[side] != 1 && Strides[side] != expected && Elements > 0)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Holds a tensor against its storage.</summary>
    /// <exception cref="FormatException">It does not lie within, or repeats elements; says what it is.</exception>
    public static TorchTensor Of(string name, PickledTensor tensor, StoragePlace place)
    {
        string described = new TensorEntry(name, tensor.Type.Name, tensor.Shape).Describe();
        if (tensor.Shape.Length != tensor.Strides.Length || tensor.Shape.Length > MostSides)
        {
            throw new FormatException($"is {described} with {tensor.Strides.Length} strides");
        }

        long elements, last;
        try
        {
            elements = tensor.Shape.Aggregate(1L, (product, side) => checked(product * side));
            last = elements == 0
                ? -1
                : tensor.Shape.Zip(tensor.Strides).Aggregate(tensor.Offset, (sum, one) => checked(sum + ((one.First - 1) * one.Second)));
        }
        catch (OverflowException)
        {
            throw new FormatException($"is {described}, of more than 2^63 elements");
        }

        // More elements than lie between the first and the last: some are meant twice, and a small file would ask for any memory.
        bool repeats = tensor.Shape.Zip(tensor.Strides).Any(side => side is { First: > 1, Second: 0 });
        if (repeats || tensor.Offset < 0 || last >= place.Bytes / tensor.Type.Size || elements > Math.Max(0, last - tensor.Offset + 1))
        {
            throw new FormatException(
                $"is {described} from element {tensor.Offset} on, strides [{string.Join(", ", tensor.Strides)}], which its storage of "
                + $"{place.Bytes} bytes does not hold");
        }

        long first = elements == 0 ? place.Position : place.Position + (tensor.Offset * tensor.Type.Size);
        return new TorchTensor(name, tensor.Type, tensor.Shape, tensor.Strides, first, elements);
    }
}

/// <summary>Where a storage's bytes lie in the file.</summary>
/// <param name="Position">The first.</param>
/// <param name="Bytes">How many.</param>
internal readonly record struct StoragePlace(long Position, long Bytes);
