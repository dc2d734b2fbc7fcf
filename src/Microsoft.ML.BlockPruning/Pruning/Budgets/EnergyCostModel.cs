using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>Energy of one image by an <see cref="EnergyModel"/>, in femtojoules: whole numbers, so that sums are exact.</summary>
internal sealed class EnergyCostModel : ICostModel
{
    // Steps of 16 input features: the width of the processing elements that LPViT assumes.
    private const int StepFeatures = 16;
    private const double FemtojoulesPerPicojoule = 1000;
    private readonly NetworkCost _cost;
    private readonly EnergyModel _model;
    private readonly LayerGrids _grids;

    /// <summary>Creates a model.</summary>
    /// <param name="cost">The network's counter.</param>
    /// <param name="model">The figures.</param>
    /// <param name="grids">The layers that may lose blocks.</param>
    public EnergyCostModel(NetworkCost cost, EnergyModel model, LayerGrids grids)
    {
        _cost = cost;
        _model = model;
        _grids = grids;
        long denseElements = cost.PrunableElements - grids.Elements;
        FixedCost = Energy(new FlopsCostModel(cost, grids).FixedCost, cost.Bytes(denseElements, grids.RowPointers));
        DenseCost = Energy(cost.TotalMultiplyAdds, cost.DenseBytes)
            + grids.Layers.Sum(layer => TileSteps(layer.Name, (double)layer.Blocks.Rows * layer.Blocks.Columns));
    }

    public long FixedCost { get; }

    /// <summary>The network in float32, without any index.</summary>
    public double DenseCost { get; }

    public long CostOfBlock(string layerName, int elements)
    {
        long energy = Energy(_cost.MultiplyAddsOf(layerName, elements), _cost.BytesOf(elements, indices: 1));
        return Math.Max(1, energy + (long)Math.Round(TileSteps(layerName, elements)));
    }

    private long Energy(long multiplyAdds, long bytes) =>
        (long)Math.Round(FemtojoulesPerPicojoule * _model.Picojoules(multiplyAdds, bytes));

    private double TileSteps(string layerName, double elements)
    {
        var blocks = _grids[layerName];
        double steps = blocks.Columns / StepFeatures;
        return FemtojoulesPerPicojoule * _model.PerTileStep * steps * elements / ((double)blocks.Shape.Height * blocks.Shape.Width);
    }
}
