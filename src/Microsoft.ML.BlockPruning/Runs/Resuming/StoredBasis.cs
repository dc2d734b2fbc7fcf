using System.Text.Json;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Bases;

namespace Microsoft.ML.BlockPruning.Runs.Resuming;

/// <summary>
/// Changes the basis once: another machine's would differ in the last bits, and what was fitted in the one is no fit in the other.
/// </summary>
internal sealed class StoredBasis(INetworkBasis basis, StageFiles files) : INetworkBasis
{
    private const string NotesKey = "notes on the basis";

    public int StepsOf(NetworkWeights dense, CalibrationSet calibration) => basis.StepsOf(dense, calibration);

    public RebasedNetwork Change(
        NetworkWeights dense, CalibrationSet calibration, IReadOnlyList<PrunableLayer> layers, Action onStep)
    {
        using var found = files.Find(StageFiles.Basis);
        if (found is not null)
        {
            return Read(found, dense.Spec);
        }

        files.ForgetShots(); // somebody has removed the basis that they are in
        var changed = basis.Change(dense, calibration, layers, onStep);
        files.Keep(StageFiles.Basis, file =>
        {
            file.Add(NotesKey, JsonSerializer.Serialize(changed.Notes));
            foreach (var tensor in changed.Weights.Tensors)
            {
                file.Add(tensor.Name, tensor.Values);
            }
        });
        return changed;
    }

    private static RebasedNetwork Read(StageFile file, NetworkSpec spec)
    {
        var weights = new NetworkWeights(spec);
        foreach (var tensor in weights.Tensors)
        {
            file.Singles(tensor.Name, tensor.Values.LongLength).CopyTo(tensor.Values, 0);
        }

        try
        {
            return new RebasedNetwork(weights, JsonSerializer.Deserialize<string[]>(file.Text(NotesKey)) ?? []);
        }
        catch (JsonException)
        {
            throw file.Invalid($"'{NotesKey}' is no list of words");
        }
    }
}
