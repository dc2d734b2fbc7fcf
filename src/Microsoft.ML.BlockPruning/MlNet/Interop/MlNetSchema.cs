using System.Runtime.CompilerServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.MlNet.Interop;

/// <summary>Makes the schema shapes that an estimator must answer with; their constructors are not public.</summary>
internal static class MlNetSchema
{
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    public static extern SchemaShape.Column NewColumn(
        string name, SchemaShape.Column.VectorKind kind, DataViewType itemType, bool isKey, SchemaShape? annotations);

    /// <summary>The shape of data at hand.</summary>
    public static SchemaShape ShapeOf(DataViewSchema schema) => Create(null, schema);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "Create")]
    private static extern SchemaShape Create(SchemaShape? owner, DataViewSchema schema);
}
