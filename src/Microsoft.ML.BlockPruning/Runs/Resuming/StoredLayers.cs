using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning.Refit;

namespace Microsoft.ML.BlockPruning.Runs.Resuming;

/// <summary>The layers that the refit of a shot has done, a file each.</summary>
internal sealed class StoredLayers(StageFiles files, RefitTask task) : IFittedLayers
{
    private const string PlanKey = "sparsity plan";
    private const string LeftKey = "left as fitted";

    private readonly (string Key, string Value) _plan = (
        PlanKey, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(task.Plan.ToJson()))));

    public FittedLayer? Find(int index)
    {
        using var found = files.Find(StageOf(index), _plan);
        if (found is null)
        {
            return null;
        }

        var layer = task.Dense.Spec.Layers[index];
        return new FittedLayer(
            TensorsOf(layer).ToDictionary(
                tensor => tensor.Name, tensor => found.Singles(tensor.Name, tensor.Values.LongLength), StringComparer.Ordinal),
            layer.Linears.Where(linear => found.Has(OutcomeOf(linear.Name)))
                .ToDictionary(linear => linear.Name, linear => ReadOutcome(found, linear), StringComparer.Ordinal),
            found.Text(LeftKey) == bool.TrueString);
    }

    public void Keep(int index, Func<FittedLayer> fitted) => files.Keep(
        StageOf(index),
        file =>
        {
            var layer = fitted();
            file.Add(LeftKey, layer.IsLeftAsFitted.ToString());
            foreach (var (name, values) in layer.Parameters)
            {
                file.Add(name, values);
            }

            foreach (var (name, outcome) in layer.Outcomes)
            {
                file.Add(OutcomeOf(name), outcome.Distortion is { } distortion ? [outcome.DeadInputs, distortion] : [outcome.DeadInputs]);
            }
        },
        _plan);

    private IEnumerable<WeightTensor> TensorsOf(LayerSpec layer)
    {
        var names = layer.Steps.SelectMany(step => step.Parts).SelectMany(part => part.TensorNames).ToHashSet(StringComparer.Ordinal);
        return task.Dense.Tensors.Where(tensor => names.Contains(tensor.Name));
    }

    // Dead inputs, and the distortion where the target varies.
    private static RefitOutcome ReadOutcome(StageFile file, LinearSpec linear)
    {
        string name = OutcomeOf(linear.Name);
        double[] numbers = file.Doubles(name, file.CountOf(name) == 2 ? 2 : 1);
        return numbers[0] >= 0 && numbers[0] <= linear.InFeatures
            ? new RefitOutcome(numbers.Length > 1 ? numbers[1] : null, (int)numbers[0])
            : throw file.Invalid($"tensor '{name}' holds {numbers[0]} dead inputs, expected 0 to {linear.InFeatures}");
    }

    private static string OutcomeOf(string linear) => $"outcome of {linear}";

    private static string StageOf(int index) => string.Create(CultureInfo.InvariantCulture, $"layer-{index:D2}");
}
