using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>Changes the first network that it is asked about once, for all budgets.</summary>
internal sealed class RememberedBasis(INetworkBasis basis) : INetworkBasis
{
    private NetworkWeights? _dense;
    private RebasedNetwork? _found;

    public int StepsOf(NetworkWeights dense, CalibrationSet calibration) => basis.StepsOf(dense, calibration);

    public RebasedNetwork Change(
        NetworkWeights dense, CalibrationSet calibration, IReadOnlyList<PrunableLayer> layers, Action onStep)
    {
        if (_found is not null && ReferenceEquals(_dense, dense))
        {
            return _found;
        }

        var found = basis.Change(dense, calibration, layers, onStep);
        (_dense, _found) = (dense, found);
        return found;
    }
}
