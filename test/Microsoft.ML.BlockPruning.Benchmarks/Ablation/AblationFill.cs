using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>Adds to a table the rows that it lacks.</summary>
internal sealed class AblationFill(AblationTable table, AblationMethod[] methods, double[] keeps)
{
    private readonly Dictionary<AblationNetwork, AblationSubject> _subjects = [];

    /// <summary>Adds those of a setting, each as soon as it is there.</summary>
    public void Add(AblationSetting setting)
    {
        if (!_subjects.TryGetValue(setting.Network, out var subject))
        {
            _subjects.Add(setting.Network, subject = AblationSubject.Of(setting.Network));
        }

        var run = new AblationRun(subject.Weights, subject.CalibrationOf(setting.Images), setting.Block, setting.Seed);
        foreach (var method in methods)
        {
            foreach (double keep in keeps)
            {
                var key = setting.KeyOf(subject.Weights.Spec, method, keep);
                if (key is null)
                {
                    Say($"{setting.Network,-9} keep {keep,-5} {method,-25} cannot keep so little");
                }
                else if (!table.Contains(key))
                {
                    table.Add(Row(key, subject, run, method));
                }
            }
        }
    }

    private static AblationRow Row(AblationKey key, AblationSubject subject, AblationRun run, AblationMethod method)
    {
        var clock = Stopwatch.StartNew();
        var pruned = run.Prune(method, key.Keep);
        double seconds = clock.Elapsed.TotalSeconds;
        var (top1, kl) = subject.Judge(pruned.Weights);
        Say($"{key.Network,-9} {key.Images,4} images  seed {key.Seed}  {key.Block,-6} keep {key.Keep,-7} {method}");
        Say($"    top-1 {top1:F2} of {subject.DenseTop1:F2} %   KL {kl:F4}   pruned in {seconds:F1} s");
        if (pruned.Prediction is { } prediction)
        {
            Say($"    predicted KL before the refit {prediction.Fit:F4}, on images held out {prediction.HeldOut:F4}");
        }

        return new AblationRow(
            key.Network, key.Seed, key.Method, key.Keep, key.Block, key.FineTuned, Math.Round(top1, 2), Math.Round(subject.DenseTop1, 2),
            Math.Round(kl, 5), Math.Round(pruned.KeptMultiplyAdds, 5), key.Images);
    }

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
