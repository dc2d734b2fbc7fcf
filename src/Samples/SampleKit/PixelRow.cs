using Microsoft.ML.Data;

namespace SampleKit;

/// <summary>An image as the float vector that ML.NET's pixel extraction yields.</summary>
internal sealed class PixelRow
{
    /// <summary>[channels, height, width], 0 to 255.</summary>
    public float[] Image { get; set; } = [];

    public string Label { get; set; } = "";

    /// <summary>The row's schema with the vector's length, which a view needs and a type cannot state for every network.</summary>
    /// <param name="pixels">channels × height × width.</param>
    public static SchemaDefinition Schema(int pixels)
    {
        var schema = SchemaDefinition.Create(typeof(PixelRow));
        schema[nameof(Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, pixels);
        return schema;
    }
}
