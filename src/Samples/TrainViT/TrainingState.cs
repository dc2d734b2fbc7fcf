using System.Globalization;
using Microsoft.ML.BlockPruning.Files;

namespace TrainViT;

/// <summary>Weights, optimiser state and finished epochs on disk, so that a stopped run goes on where its last epoch ended.</summary>
internal sealed class TrainingState(string outputFolder, MixedPrecisionNetwork network, TrainingOptimizer optimizer)
{
    private readonly string _folder = Path.Combine(outputFolder, "resume");

    private string EpochFile => Path.Combine(_folder, "epoch.txt");

    /// <summary>Restores the last state.</summary>
    /// <returns>Epochs already done; zero where there is nothing to resume.</returns>
    /// <exception cref="InvalidDataException">The file that names the last epoch is damaged.</exception>
    public int TryResume()
    {
        if (!File.Exists(EpochFile))
        {
            return 0;
        }

        RegularFile.Require(EpochFile);
        string text = File.ReadAllText(EpochFile);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int epoch))
        {
            throw new InvalidDataException(
                $"{EpochFile} holds '{text}', expected the number of the last whole epoch: delete the folder to start anew.");
        }

        string state = Path.Combine(_folder, epoch.ToString(CultureInfo.InvariantCulture));
        network.Master.Module.load($"{state}.weights");
        optimizer.Load(state);
        network.Refresh();
        return epoch;
    }

    /// <summary>Writes the state of a finished epoch, then names it as the last one, so that a kill in between loses nothing.</summary>
    public void Save(int epoch)
    {
        Directory.CreateDirectory(_folder);
        string name = epoch.ToString(CultureInfo.InvariantCulture);
        network.Master.Module.save(Path.Combine(_folder, $"{name}.weights")); // under new names: nothing counts before the epoch is named
        optimizer.Save(Path.Combine(_folder, name));
        OutputFile.Write(EpochFile, name);
        foreach (string old in Directory.GetFiles(_folder).Where(f => IsOlder(f, epoch)))
        {
            File.Delete(old);
        }
    }

    private static bool IsOlder(string file, int epoch) =>
        int.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number < epoch;
}
