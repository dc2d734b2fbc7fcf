using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Sparsity;

/// <content>A plan as JSON that people can read and compare: one string per block row, <c>#</c> kept, <c>.</c> removed. Reading refuses
/// unknown versions and fields, so that nothing in a file is silently passed over.</content>
internal sealed partial class SparsityPlan
{
    private const int Version = 1;
    private const char Kept = '#';
    private const char Removed = '.';
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Writes the plan as UTF-8 JSON, the same bytes for the same plan.</summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteStartObject("layers");
        foreach (var (name, mask) in _masks)
        {
            json.WriteStartObject(name);
            json.WriteNumber("rows", mask.Rows);
            json.WriteNumber("columns", mask.Columns);
            json.WriteString("block", mask.Shape.ToString());
            json.WriteStartArray("kept");
            for (int r = 0; r < mask.BlockRows; r++)
            {
                json.WriteStringValue(string.Create(mask.BlockColumns, (mask, r), static (text, state) =>
                {
                    for (int c = 0; c < text.Length; c++)
                    {
                        text[c] = state.mask[state.r, c] ? Kept : Removed;
                    }
                }));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static SparsityPlan Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            return Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid Unicode.
            throw new InvalidDataException($"The sparsity plan is not valid JSON: {error.Message}", error);
        }
    }

    private static SparsityPlan Read(JsonElement root)
    {
        RequireMembers("the plan", root, "version", "layers");
        var version = root.GetProperty("version");
        if (version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out int number) || number != Version)
        {
            throw Invalid("the plan", $"version is {version.GetRawText()}, expected {Version}; write it anew with this library");
        }

        var layers = root.GetProperty("layers");
        if (layers.ValueKind != JsonValueKind.Object)
        {
            throw Invalid("the plan", "layers is no object");
        }

        var plan = new SparsityPlan();
        foreach (var layer in layers.EnumerateObject())
        {
            plan.Add(layer.Name, ReadMask($"layer '{layer.Name}'", layer.Value));
        }

        return plan;
    }

    private static BlockMask ReadMask(string where, JsonElement layer)
    {
        RequireMembers(where, layer, "rows", "columns", "block", "kept");
        var grid = Grid(
            where, Integer(where, layer, "rows"), Integer(where, layer, "columns"), Text(where, "block", layer.GetProperty("block")));
        var kept = layer.GetProperty("kept");
        if (kept.ValueKind != JsonValueKind.Array || kept.GetArrayLength() != grid.BlockRows)
        {
            throw Invalid(where, $"kept must hold {grid.BlockRows} strings, one per block row");
        }

        var mask = new BlockMask(grid.Rows, grid.Columns, grid.Shape, keepAll: false);
        foreach (var (r, value) in kept.EnumerateArray().Index())
        {
            string row = Text(where, $"kept[{r}]", value);
            if (row.Length != mask.BlockColumns || row.AsSpan().ContainsAnyExcept(Kept, Removed))
            {
                string shown = row.Length > 60 ? $"{row[..60]}…" : row;
                throw Invalid(where, $"kept[{r}] is '{shown}', expected {mask.BlockColumns} of '{Kept}' (kept) or '{Removed}' (removed)");
            }

            for (int c = 0; c < mask.BlockColumns; c++)
            {
                mask[r, c] = row[c] == Kept;
            }
        }

        return mask;
    }

    private static BlockGrid Grid(string where, int rows, int columns, string block)
    {
        try
        {
            return new BlockGrid(rows, columns, BlockShape.Parse(block));
        }
        catch (Exception error) when (error is FormatException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException($"The sparsity plan, {where}: {error.Message}", error);
        }
    }

    private static void RequireMembers(string where, JsonElement value, params ReadOnlySpan<string> names)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Invalid(where, $"found {value.ValueKind.ToString().ToLowerInvariant()}, expected an object");
        }

        foreach (string name in names)
        {
            if (!value.TryGetProperty(name, out _))
            {
                throw Invalid(where, $"'{name}' is missing");
            }
        }

        foreach (var member in value.EnumerateObject())
        {
            if (!names.Contains(member.Name))
            {
                throw Invalid(where, $"unknown field '{member.Name}', expected only {string.Join(", ", names)}");
            }
        }
    }

    private static int Integer(string where, JsonElement layer, string key)
    {
        var value = layer.GetProperty(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number > 0
            ? number
            : throw Invalid(where, $"{key} is {value.GetRawText()}, expected a positive whole number");
    }

    private static string Text(string where, string key, JsonElement value) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw Invalid(where, $"{key} is {value.GetRawText()}, expected a string");

    private static InvalidDataException Invalid(string where, string what) => new($"The sparsity plan, {where}: {what}.");
}
