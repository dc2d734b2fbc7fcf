using System.Text;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>Lines of a sweep's journal, as version 2 writes them.</summary>
internal static class SweepSeeds
{
    private const string Session = """
        {"process":1,"machine":"vm","started":"2026-11-30T06:43:09+00:00","os":"Linux","architecture":"X64","processors":2,"kernel":"portable","runtime":".NET 10","torchSharp":"0.107.0.0"}
        """;

    private const string Signature = $$"""
        "seed":1,"library":"0.1.0","session":{{Session}}
        """;

    private const string Header = $$$"""
        {"journal":"blockpruning-sweep","version":2,"identity":{"model":"ab","data":"cd","method":"m","seed":1,"library":"0.1.0"},"session":{{{Session}}}}
        """;

    /// <summary>The line of the dense network.</summary>
    public const string Dense =
        """{"reference":"dense","images":100,"top1":0.9,"multiplyAdds":200,"bytes":600,"milliseconds":2}""";

    private const string Tuned = $$"""
        {"keep":0.35,"block":"32x32","criterion":"ObsPath","refit":"Feedback","fineTuneEpochs":2,"calibrationImages":64,"status":"completed","top1":0.7,"kl":0.2,"multiplyAdds":70,"bytes":210,"milliseconds":0.7,"seconds":9,{{Signature}}}
        """;

    private const string Failed = $$"""
        {"keep":0.25,"block":"16x16","criterion":"ObsPath","refit":"Feedback","fineTuneEpochs":0,"status":"failed","seconds":2,"error":"out of\nmemory",{{Signature}}}
        """;

    private const string Final = $$"""
        {"final":{"keep":0.5,"block":"16x16","criterion":"ObsPath","refit":"Reconstruction","fineTuneEpochs":0,"status":"completed","top1":0.85,"kl":0.05,"multiplyAdds":100,"bytes":300,"milliseconds":1,"seconds":4},{{Signature}}}
        """;

    /// <summary>A journal of every kind of line.</summary>
    public static byte[] Journal { get; } = Lines(Header, Dense, Point("0.5", "0.8"), Point("0.7", "0.89"), Tuned, Failed, Final);

    /// <summary>Points measured apart.</summary>
    public static byte[] References { get; } = Lines(
        Dense, """{"reference":"ONNX Runtime int8","images":100,"top1":0.88,"bytes":150,"milliseconds":1.1}""");

    private static string Point(string keep, string top1) => $$"""
        {"keep":{{keep}},"block":"16x16","criterion":"ObsPath","refit":"Feedback","fineTuneEpochs":0,"status":"completed","top1":{{top1}},"kl":0.1,"multiplyAdds":100,"bytes":300,"milliseconds":1,"seconds":2,{{Signature}}}
        """;

    private static byte[] Lines(params string[] lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
}
