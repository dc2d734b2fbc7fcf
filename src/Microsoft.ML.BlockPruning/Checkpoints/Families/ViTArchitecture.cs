using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>Tells a network from the names and shapes of a file's tensors, and from what only config.json says.</summary>
/// <param name="tensors">The file's tensors.</param>
/// <param name="around">What lies around the file; is told what was found and assumed.</param>
internal sealed class ViTArchitecture(ViTTensors tensors, Surroundings around)
{
    private readonly ViTAssumptions _assumptions = new(tensors, around);

    private CanonicalTensors File => tensors.Canonical;

    /// <summary>The network.</summary>
    /// <exception cref="InvalidDataException">The tensors are no classifier of this kind; names the first that does not fit.</exception>
    public NetworkSpec Infer()
    {
        var parts = RequiredParts();
        int embedDim = tensors.Side(ViTTensors.Position, rank: 3, axis: 2);
        var (channels, patchSize) = tensors.Patch();
        var positions = ViTPositions.Of(tensors, parts);
        var heads = ViTReadout.Of(tensors, parts, embedDim, around);
        int numHeads = _assumptions.Heads(embedDim);
        float eps = _assumptions.Eps();
        try
        {
            int tableSize = checked(positions.Grid * patchSize);
            var config = new ViTConfig(
                ImageSizeOf(tableSize, patchSize), patchSize, channels, embedDim, tensors.Depth(), numHeads,
                tensors.Side(ViTTensors.InLayer(0, "mlp.fc1.weight"), rank: 2, axis: 0),
                tensors.Side($"{ViTTensors.Head}.weight", rank: 2, axis: 0), layerNormEps: eps);
            Compare(new ViTFigures(config, parts, positions, tableSize));
            CheckShapes(config, parts, positions);
            var network = ViT.Of(config, new ViTVariant
            {
                Family = FamilyOf(heads.Count),
                PrefixTokens = parts.PrefixTokens,
                HasStemNorm = parts.HasStemNorm,
                HasNorm = parts.HasNorm,
                HasPooledNorm = parts.HasPooledNorm,
                Activation = _assumptions.Activation(),
                Heads = heads,
            });
            NoteFolds(config, parts, positions);
            return network;
        }
        catch (Exception error) when (error is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{File.Source}: the parts of the network do not fit together: {error.Message}", error);
        }
    }

    private ViTParts RequiredParts()
    {
        if (!tensors.HasLayer(ViTTensors.Head))
        {
            throw new InvalidDataException($"{File.Source}: {ForeignTensors.WithoutHead(File.CountInFile)}");
        }

        var parts = ViTParts.Of(tensors);
        if (parts is { HasDistillationHead: true, HasDistillationToken: false })
        {
            throw File.Foreign(File.Spell($"{ViTTensors.DistillationHead}.weight"));
        }

        if (parts is { HasDistillationToken: true, HasClassToken: false } || File.Style is NamingStyle.HuggingFaceClip)
        {
            tensors.Find(ViTTensors.ClassToken);
        }

        bool mayLackNorm = parts.HasPooledNorm || File.Style is NamingStyle.HuggingFaceClip || around.Config?.HasNoFinalNorm == true;
        if (!parts.HasNorm && !mayLackNorm)
        {
            tensors.Find("norm.weight");
        }

        if (!parts.HasPatchBias && !parts.HasStemNorm)
        {
            tensors.Find(ViTTensors.PatchBias); // networks that norm their tokens need none
        }

        return parts;
    }

    // The caller's word, then what the folder's preprocessing makes of an image, then the size that timm makes the network for.
    private int ImageSizeOf(int tableSize, int patchSize)
    {
        var (size, origin) = (around.ImageSize, around.PixelSize, around.Config?.NetworkSize) switch
        {
            ({ } said, _, _) => (said, "the caller"),
            (_, { } pixels, _) => (pixels, "preprocessor_config.json"),
            (_, _, { } own) => (own, "config.json"),
            _ => (tableSize, "the table of positions"),
        };
        if (size % patchSize != 0)
        {
            throw new InvalidDataException(
                $"{File.Source}: images of {size} pixels, as {origin} says, are no whole number of patches of {patchSize} pixels.");
        }

        int grid = tableSize / patchSize;
        if (size / patchSize > (long)grid * PositionTable.MostGrowth)
        {
            throw new InvalidDataException(
                $"{File.Source}: images of {size} pixels, as {origin} says, but the positions are for {tableSize}, expected at most "
                + $"{PositionTable.MostGrowth} times as many.");
        }

        bool isSaid = origin != "the table of positions" || _assumptions.OwnHeads is not null || around.Facts.Any(fact => fact.IsOfImage);
        if (!isSaid)
        {
            around.Findings.Notes.Add(
                $"Nothing says the size of the images: {grid * grid} patches are taken for a square of {tableSize}x{tableSize} pixels.");
        }

        around.Findings.Tell("image size", size.ToString(CultureInfo.InvariantCulture), origin);
        return size;
    }

    private void Compare(ViTFigures its)
    {
        foreach (var fact in around.FactsOf(ViTFacts.Table))
        {
            bool isOfOwnHeads = fact.IsOfHeads && _assumptions.OwnHeads is not null && around.Heads is null;
            bool isOfTimmsImage = fact.IsOfImage && around.Config?.NetworkSize is not null; // its positions are resampled for it
            if (isOfOwnHeads && !ViTFacts.Table.Agrees(fact, its))
            {
                around.Findings.Notes.Add(
                    $"The file says {_assumptions.OwnHeads} heads, {fact.Source} says {fact.Value.GetRawText()}: the file's own were "
                    + "taken.");
            }
            else if (!isOfTimmsImage && !isOfOwnHeads)
            {
                ViTFacts.Table.Require(fact, its);
            }
        }
    }

    /// <summary>The big tensors before memory is taken for them: a damaged shape must not ask for more than the file holds.</summary>
    private void CheckShapes(ViTConfig config, ViTParts parts, ViTPositions positions)
    {
        int width = config.EmbedDim;
        tensors.CheckShape(ViTTensors.Position, 1, (positions.Grid * positions.Grid) + positions.Covered, width);
        tensors.CheckShape(ViTTensors.PatchWeight, width, config.Channels, config.PatchSize, config.PatchSize);
        if (parts.Registers > 0)
        {
            tensors.CheckShape(ViTTensors.Registers, 1, parts.Registers, width);
        }

        var fc2 = tensors.Find(ViTTensors.InLayer(0, "mlp.fc2.weight"));
        if (fc2.Shape is [_, var hidden] && 2 * hidden == config.MlpDim)
        {
            throw new InvalidDataException(
                $"{File.Source}: tensor '{File.Spell(ViTTensors.InLayer(0, "mlp.fc1.weight"))}': SwiGLU is not supported.");
        }

        for (int index = 0; index < config.Depth; index++)
        {
            tensors.CheckShape(ViTTensors.InLayer(index, "attn.qkv.weight"), 3 * width, width);
            tensors.CheckShape(ViTTensors.InLayer(index, "attn.proj.weight"), width, width);
            tensors.CheckShape(ViTTensors.InLayer(index, "mlp.fc1.weight"), config.MlpDim, width);
            tensors.CheckShape(ViTTensors.InLayer(index, "mlp.fc2.weight"), width, config.MlpDim);
        }
    }

    private string FamilyOf(int heads) => File.Style switch
    {
        NamingStyle.HuggingFaceClip => "clip",
        NamingStyle.HuggingFaceSiglip => "siglip",
        NamingStyle.HuggingFaceDinov2 or NamingStyle.HuggingFaceDinov2WithRegisters or NamingStyle.FacebookDinov2 when heads == 2 =>
            "dinov2",
        _ => ViT.Name,
    };

    private void NoteFolds(ViTConfig config, ViTParts parts, ViTPositions positions)
    {
        var notes = around.Findings.Notes;
        if (parts.HasLayerScale)
        {
            notes.Add("The file's LayerScale was multiplied into the weights of attn.proj and mlp.fc2.");
        }

        if (!parts.HasQkvBias)
        {
            notes.Add("The file has no bias of queries, keys and values: zeros were taken.");
        }

        if (positions.Grid != config.GridSize)
        {
            notes.Add(
                $"The positions were resampled from {positions.Grid}x{positions.Grid} to {config.GridSize}x{config.GridSize} patches, for "
                + $"images of {config.ImageSize}x{config.ImageSize} pixels.");
        }
    }
}
