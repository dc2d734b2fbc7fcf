using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Pruning.Allocation;

/// <summary>
/// Finds kept blocks that compute nothing: a producer strip whose units no kept consumer block reads, a consumer column whose units come
/// from empty producer strips. (Such a column reads constants, which the refitted bias carries.)
/// </summary>
internal sealed class DeadUnits(UnitCoupling coupling, LayerAllocation producer, LayerAllocation consumer)
{
    /// <summary>Bans the blocks of dead strips and columns, unless a floor needs them or the layer is left dense.</summary>
    /// <returns>Whether any kept block was banned.</returns>
    public bool Ban()
    {
        // Both are judged by the same choice; banning one first would hide the other's state.
        var strips = Enumerable.Range(0, producer.Kept.BlockRows).Where(IsDeadStrip).ToList();
        var columns = Enumerable.Range(0, consumer.Kept.BlockColumns).Where(IsDeadColumn).ToList();
        bool any = false;
        foreach (int strip in strips)
        {
            any |= TryBan(producer, [.. Enumerable.Range(0, producer.Kept.BlockColumns).Select(column => (strip, column))]);
        }

        foreach (int column in columns)
        {
            any |= TryBan(consumer, [.. Enumerable.Range(0, consumer.Kept.BlockRows).Select(row => (row, column))]);
        }

        return any;
    }

    // A strip that is partly outside the coupled rows (k's last, v's first) has other readers.
    private bool IsDeadStrip(int strip)
    {
        int first = (strip * producer.Kept.Shape.Height) - coupling.FirstRow;
        int height = producer.Kept.HeightOf(strip);
        return first >= 0 && first + height <= consumer.Kept.Columns
            && HasKept(producer.Kept, [strip], Columns(producer.Kept))
            && !HasKept(consumer.Kept, Rows(consumer.Kept), Overlapping(first, height, consumer.Kept.Shape.Width));
    }

    private bool IsDeadColumn(int column)
    {
        int first = (column * consumer.Kept.Shape.Width) + coupling.FirstRow;
        return HasKept(consumer.Kept, Rows(consumer.Kept), [column])
            && !HasKept(
                producer.Kept, Overlapping(first, consumer.Kept.WidthOf(column), producer.Kept.Shape.Height), Columns(producer.Kept));
    }

    private static IEnumerable<int> Rows(BlockMask mask) => Enumerable.Range(0, mask.BlockRows);

    private static IEnumerable<int> Columns(BlockMask mask) => Enumerable.Range(0, mask.BlockColumns);

    // Blocks of the given side that share a feature with [first, first + count).
    private static IEnumerable<int> Overlapping(int first, int count, int side) =>
        Enumerable.Range(first / side, ((first + count - 1) / side) - (first / side) + 1);

    private static bool HasKept(BlockMask mask, IEnumerable<int> rows, IEnumerable<int> columns) =>
        rows.Any(row => columns.Any(column => mask[row, column]));

    private static bool TryBan(LayerAllocation layer, (int Row, int Column)[] blocks)
    {
        int newlyBanned = blocks.Count(block => layer.Allowed[block.Row, block.Column]);
        if (layer.IsLeftDense || layer.Allowed.KeptBlocks - newlyBanned < layer.FloorBlocks)
        {
            return false;
        }

        foreach (var (row, column) in blocks)
        {
            layer.Allowed[row, column] = false;
        }

        return true;
    }
}
