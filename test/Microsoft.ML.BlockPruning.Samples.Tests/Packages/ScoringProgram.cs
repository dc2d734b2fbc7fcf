namespace Microsoft.ML.BlockPruning.Samples.Tests.Packages;

/// <summary>An application that loads a model and scores images: MODEL IMAGE …</summary>
internal static class ScoringProgram
{
    // Every line that it prints is checked: a score as its bits, then what the process has loaded.
    public const string Source = """
        using System.Diagnostics;
        using System.Reflection;
        using Microsoft.ML;
        using Microsoft.ML.BlockPruning;
        using Microsoft.ML.Data;

        var ml = new MLContext(seed: 1);
        ITransformer model = ml.Model.Load(args[0], out _);
        var rows = ml.Data.LoadFromEnumerable(args[1..].Select(path => new Row { Image = File.ReadAllBytes(path) }));
        foreach (float[] score in model.Transform(rows).GetColumn<float[]>("Score"))
        {
            Console.WriteLine(string.Join(' ', score.Select(BitConverter.SingleToInt32Bits)));
        }

        // ML.NET opens TorchSharp.dll, the managed part, when it searches assemblies for loaders; that touches nothing native.
        var native = Process.GetCurrentProcess().Modules.Cast<ProcessModule>().Select(module => module.ModuleName)
            .Where(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase) && name != "TorchSharp.dll");
        Console.WriteLine(string.Join(' ', native));
        foreach (string name in new[] { "Microsoft.ML.Core", "SkiaSharp" })
        {
            var version = Assembly.Load(name).GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            Console.WriteLine($"{name} {version.Split('+')[0]}");
        }

        internal sealed class Row
        {
            public byte[] Image { get; set; } = [];

            public string Label { get; set; } = "ant";
        }
        """;
}
