namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>The activation of the MLP, which no tensor tells.</summary>
internal enum ActivationName
{
    Gelu,

    /// <summary>GELU by its tanh formula.</summary>
    GeluTanh,

    /// <summary>x · sigmoid(1.702 x), CLIP's.</summary>
    QuickGelu,
}

/// <summary>How programs spell them.</summary>
internal static class ActivationNames
{
    // gelu_new and gelu_fast are the tanh formula too, written out in other ways; gelu_python is the exact one.
    private static readonly Dictionary<string, ActivationName> Known = new(StringComparer.Ordinal)
    {
        ["gelu"] = ActivationName.Gelu,
        ["gelu_python"] = ActivationName.Gelu,
        ["gelu_pytorch_tanh"] = ActivationName.GeluTanh,
        ["gelu_tanh"] = ActivationName.GeluTanh,
        ["gelu_new"] = ActivationName.GeluTanh,
        ["gelu_fast"] = ActivationName.GeluTanh,
        ["quick_gelu"] = ActivationName.QuickGelu,
    };

    /// <summary>For messages.</summary>
    public const string Expected = "\"gelu\", \"gelu_pytorch_tanh\" or \"quick_gelu\"";

    /// <summary>What a spelling means; null where it is none of these.</summary>
    public static ActivationName? Of(string spelling) => Known.TryGetValue(spelling, out var name) ? name : null;
}
