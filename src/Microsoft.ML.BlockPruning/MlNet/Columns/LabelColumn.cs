using System.Globalization;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Columns;

/// <summary>The key column that names the classes.</summary>
/// <param name="Column">In the input's schema; its raw type is uint.</param>
/// <param name="Count">How many keys there are.</param>
/// <param name="KeyValues">[Count] the values behind the keys as text; null where the column has none.</param>
/// <param name="AreNumbers">Whether the values are numbers, which then are the network's classes, and not text.</param>
internal sealed record LabelColumn(DataViewSchema.Column Column, int Count, IReadOnlyList<string>? KeyValues, bool AreNumbers = false)
{
    private const string Advice = "map it with Conversion.MapValueToKey, or set LabelColumnName to null if there is none";

    /// <summary>Checks what an estimator knows before it has data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is absent or not a key.</exception>
    public static void Check(IExceptionContext context, SchemaShape input, string name)
    {
        var found = input.Where(column => column.Name == name).ToList();
        if (found.Count == 0)
        {
            throw context.Process(new ArgumentOutOfRangeException(
                nameof(input),
                $"There is no label column '{name}'; the input has {string.Join(", ", input.Select(c => $"'{c.Name}'"))}: {Advice}."));
        }

        if (!found[0].IsKey || found[0].Kind != SchemaShape.Column.VectorKind.Scalar || found[0].ItemType != NumberDataViewType.UInt32)
        {
            throw context.Process(new ArgumentOutOfRangeException(
                nameof(input),
                $"The label column '{name}' is {found[0].Kind} of {found[0].ItemType}, but a key of UInt32 is needed: {Advice}."));
        }
    }

    /// <summary>Finds the column, which <see cref="Check"/> has passed.</summary>
    /// <param name="context">Marks exceptions as ML.NET's.</param>
    /// <param name="input">The data's schema.</param>
    /// <param name="name">The column; null gives null.</param>
    public static LabelColumn? Find(IExceptionContext context, DataViewSchema input, string? name)
    {
        if (name is null)
        {
            return null;
        }

        var column = input[name];
        ulong count = ((KeyDataViewType)column.Type).Count;
        return count <= NetworkSpec.LargestNumClasses
            ? new LabelColumn(column, (int)count, KeyValuesOf(column), KeyType(column) is { } type && type.ItemType is NumberDataViewType)
            : throw context.Process(new ArgumentOutOfRangeException(
                nameof(input), $"The label column '{name}' is a key of {count} values, which is not a number of classes: {Advice}."));
    }

    private static VectorDataViewType? KeyType(DataViewSchema.Column column) =>
        column.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type as VectorDataViewType;

    private static List<string>? KeyValuesOf(DataViewSchema.Column column)
    {
        var type = KeyType(column);
        return Type.GetTypeCode(type?.ItemType.RawType) switch
        {
            _ when type is null => null,
            TypeCode.Byte => Read<byte>(column),
            TypeCode.SByte => Read<sbyte>(column),
            TypeCode.Int16 => Read<short>(column),
            TypeCode.UInt16 => Read<ushort>(column),
            TypeCode.Int32 => Read<int>(column),
            TypeCode.UInt32 => Read<uint>(column),
            TypeCode.Int64 => Read<long>(column),
            TypeCode.UInt64 => Read<ulong>(column),
            TypeCode.Single => Read<float>(column),
            TypeCode.Double => Read<double>(column),
            TypeCode.Boolean => Read<bool>(column),
            _ when type.ItemType == TextDataViewType.Instance => Read<ReadOnlyMemory<char>>(column),
            _ => null,
        };
    }

    private static List<string> Read<T>(DataViewSchema.Column column)
        where T : notnull
    {
        var values = default(VBuffer<T>);
        column.Annotations.GetValue("KeyValues", ref values);
        return [.. values.DenseValues().Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")];
    }
}
