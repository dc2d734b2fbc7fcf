using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Pruning.Budgets;

namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

/// <summary>Figures of energy as two numbers, pJ per multiply-add and per byte; of LPViT's model its name.</summary>
internal sealed class EnergyModelJsonConverter : JsonConverter<EnergyModel>
{
    private const string LpViT = "LPViT";

    public override EnergyModel Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString() == LpViT ? EnergyModel.LpViT : throw new JsonException("an energy model is none that has a name");
        }

        double[] figures = JsonSerializer.Deserialize<double[]>(ref reader, options) ?? [];
        return figures is [var multiplyAdd, var ofByte]
            ? new EnergyModel(multiplyAdd, ofByte)
            : throw new JsonException("an energy model has not two figures");
    }

    public override void Write(Utf8JsonWriter writer, EnergyModel value, JsonSerializerOptions options)
    {
        if (value.PerTileStep > 0)
        {
            writer.WriteStringValue(LpViT);
            return;
        }

        JsonSerializer.Serialize(writer, new[] { value.PicojoulesPerMultiplyAdd, value.PicojoulesPerByte }, options);
    }
}
