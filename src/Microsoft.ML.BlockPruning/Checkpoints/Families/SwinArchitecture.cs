using System.Globalization;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>Tells a Swin transformer's sizes from the names and shapes of a file's tensors, and from what lies around them.</summary>
/// <remarks>The table of a block's bias tells windows and heads: it is [(2 · window − 1)², heads].</remarks>
/// <param name="tensors">The file's tensors.</param>
/// <param name="around">What lies around the file; is told what was taken, and what assumed.</param>
internal sealed class SwinArchitecture(ViTTensors tensors, Surroundings around)
{
    /// <summary>What names of blocks and merges begin with.</summary>
    public const string Stages = "layers.";

    private const string Head = $"{Swin.Head}.weight";
    private const float DefaultEps = 1e-5f; // in every program

    /// <summary>The network.</summary>
    /// <exception cref="InvalidDataException">The tensors are no Swin classifier; names the first that does not fit.</exception>
    public NetworkSpec Infer()
    {
        if (!tensors.Has(Head))
        {
            throw new InvalidDataException(
                $"{tensors.Canonical.Source}: {ForeignTensors.WithoutHead(tensors.Canonical.CountInFile)}");
        }

        var (channels, patchSize) = tensors.Patch();
        SwinStage[] stages = [.. Depths().Select(StageOf)];
        int size = new SwinImageSize(tensors, around).Of(patchSize, stages[0].Window);
        var sizes = new SwinSizes(
            size, patchSize, channels, stages, tensors.Side(Head, rank: 2, axis: 0), Eps(),
            new ViTAssumptions(tensors, around).Activation());
        Tell(stages);
        Compare(new SwinFigures(sizes, tensors.Has($"{BlockOf(0)}.attn.qkv.bias")));
        var network = Network(sizes);

        // Before memory is taken for them: a damaged shape must not ask for more than the file holds.
        foreach (var part in network.Parts.OfType<LinearPart>())
        {
            tensors.CheckShape($"{part.Name}.weight", part.WeightShape);
        }

        return network;
    }

    /// <summary>Whether a file may lack a tensor, which is zero then: a merge's bias, which none has, and qkv's.</summary>
    public static bool IsOptional(string name) =>
        name.EndsWith(".downsample.reduction.bias", StringComparison.Ordinal) || name.EndsWith(".attn.qkv.bias", StringComparison.Ordinal);

    private static string BlockOf(int stage) => string.Create(CultureInfo.InvariantCulture, $"{Stages}{stage}.blocks.0");

    private NetworkSpec Network(SwinSizes sizes)
    {
        try
        {
            return Swin.Of(sizes);
        }
        catch (Exception error) when (error is ArgumentException or OverflowException)
        {
            throw new InvalidDataException(
                $"{tensors.Canonical.Source}: the parts of the network do not fit together: {error.Message}", error);
        }
    }

    // What it says of the image's size has been read: no tensor tells it.
    private void Compare(SwinFigures figures)
    {
        foreach (var fact in around.FactsOf(SwinFacts.Table).Where(fact => !fact.IsOfImage))
        {
            SwinFacts.Table.Require(fact, figures);
        }

        if (around.Config is { IsAverage: false } config)
        {
            throw new InvalidDataException(
                $"{config.Source}, key 'global_pool': found \"token\", but a Swin has no class token: expected \"avg\".");
        }
    }

    private SwinStage StageOf(int depth, int stage)
    {
        string block = BlockOf(stage), table = Swin.BiasOf(block);
        int rows = tensors.Side(table, rank: 2, axis: 0), heads = tensors.Side(table, rank: 2, axis: 1);
        int distances = (int)ViTTensors.Root(rows), width = tensors.Side($"{block}.attn.qkv.weight", rank: 2, axis: 1);
        if (distances * distances != rows || distances % 2 == 0 || width % heads != 0)
        {
            throw tensors.Invalid(table, $"[(2 · window − 1)², heads], of which the heads divide the width {width}");
        }

        return new SwinStage(width, depth, heads, (distances + 1) / 2, tensors.Side($"{block}.mlp.fc1.weight", rank: 2, axis: 0));
    }

    /// <summary>Blocks of each stage.</summary>
    private int[] Depths()
    {
        var blocks = tensors.Canonical.Names.Select(name => name.Split('.')).Where(parts => parts is ["layers", _, "blocks", _, ..])
            .Select(parts => (Stage: Number(parts[1]), Block: Number(parts[3]))).ToHashSet();
        int[] depths =
        [
            .. Enumerable.Range(0, blocks.Count).TakeWhile(stage => blocks.Contains((stage, 0)))
                .Select(stage => Enumerable.Range(0, blocks.Count).TakeWhile(block => blocks.Contains((stage, block))).Count()),
        ];
        return depths.Length > 0 && depths.Sum() == blocks.Count
            ? depths
            : throw new InvalidDataException(
                $"{tensors.Canonical.Source}: its blocks are not numbered from 0 on without a gap: found those of "
                + $"{string.Join(", ", blocks.Order().Take(10).Select(one => $"{Stages}{one.Stage}.blocks.{one.Block}"))} and so on.");
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private float Eps()
    {
        float eps = around.Config?.LayerNormEps ?? DefaultEps;
        around.Findings.Tell(
            "LayerNorm epsilon", eps.ToString(CultureInfo.InvariantCulture),
            around.Config?.LayerNormEps is null ? "convention: every program's" : "config.json, layer_norm_eps");
        return eps;
    }

    private void Tell(SwinStage[] stages)
    {
        if (around.Heads is { } said && stages.Any(stage => stage.Heads != said))
        {
            around.Findings.Notes.Add($"NumHeads = {said} was not used: the tables of biases tell a Swin's heads, stage by stage.");
        }

        around.Findings.Tell("heads", string.Join(", ", stages.Select(stage => stage.Heads)), "columns of the tables of biases");
        around.Findings.Tell("windows", string.Join(", ", stages.Select(stage => stage.Window)), "rows of the tables of biases");
    }
}
