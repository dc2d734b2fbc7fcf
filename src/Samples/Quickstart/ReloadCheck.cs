using System.Diagnostics;
using Microsoft.ML;

namespace Quickstart;

/// <summary>Loads the saved model in another process, which knows nothing but the file, and has it score the same images.</summary>
internal static class ReloadCheck
{
    public const string Verb = "reload-check";

    /// <summary>The child's work: the hash of the scores of a saved model.</summary>
    public static string ScoreSaved(string modelPath, string? imagesFolder, CancellationToken cancel)
    {
        var context = new MLContext();
        var model = context.Model.LoadChecked(modelPath, out _);
        // The key values come from the file, so the class names do not matter here.
        var images = ImageSource.Open(context, ImageOrigin.Of(imagesFolder), classes: null);
        return Evaluation.HashScores(model.Transform(images.Test), onImage: () => { }, cancel);
    }

    /// <summary>The parent's work: starts the child and reads its answer.</summary>
    /// <exception cref="InvalidOperationException">The child failed; the message is its own.</exception>
    public static string ScoreInChild(string modelPath, string? imagesFolder, CancellationToken cancel)
    {
        using var child = new Process { StartInfo = Command(modelPath, imagesFolder) };
        child.Start();
        using var kill = cancel.Register(() => Kill(child));
        var error = child.StandardError.ReadToEndAsync(CancellationToken.None);
        string answer = child.StandardOutput.ReadToEnd().Trim();
        child.WaitForExit();
        cancel.ThrowIfCancellationRequested();
        return child.ExitCode == 0
            ? answer
            : throw new InvalidOperationException(
                $"The process that loaded {modelPath} ended with {child.ExitCode}: {error.Result.Trim().ReplaceLineEndings(" ")}");
    }

    private static ProcessStartInfo Command(string modelPath, string? imagesFolder)
    {
        string host = Environment.ProcessPath ?? throw new InvalidOperationException("The path of the running program is not known.");
        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ReloadCheck).Assembly.Location); // started as `dotnet Quickstart.dll`
        }

        start.ArgumentList.Add(Verb);
        start.ArgumentList.Add(Path.GetFullPath(modelPath));
        if (imagesFolder is not null)
        {
            start.ArgumentList.Add("--images");
            start.ArgumentList.Add(imagesFolder);
        }

        return start;
    }

    private static void Kill(Process child)
    {
        try
        {
            child.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }
}
