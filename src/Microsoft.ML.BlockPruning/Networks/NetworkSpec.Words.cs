using System.Globalization;

namespace Microsoft.ML.BlockPruning.Networks;

public sealed partial class NetworkSpec
{
    /// <summary>The network in a line: its family and sizes, and what no tensor tells: heads and LayerNorm epsilon.</summary>
    /// <returns>Such as <c>vit: images of 224x224 pixels, 3 channels, patches of 16x16, 12 layers, 384 features, 6 heads, …</c>.</returns>
    public override string ToString()
    {
        var attention = Steps.OfType<BranchSpec>().Select(step => step.Middle).OfType<MultiHeadSpec>();
        string heads = string.Join(" or ", attention.Select(middle => middle.Heads).Distinct());
        string[] forms = [.. Steps.OfType<BranchSpec>().Select(step => step.Middle).OfType<GeluSpec>().Select(WordsOf).Distinct()];
        string gelu = forms is [] or ["exact GELU"] ? "" : $"{string.Join(" or ", forms)}, ";
        string channels = Channels == 1 ? "1 channel" : $"{Channels} channels";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Family}: images of {ImageSize}x{ImageSize} pixels, {channels}, patches of {Stem.PatchSize}x{Stem.PatchSize}, "
            + $"{Layers.Count} layers, {Stem.Patch.OutFeatures} features, {heads} heads, {gelu}LayerNorm epsilon {Steps[0].Norm.Eps}, "
            + $"{NumClasses} classes");
    }

    private static string WordsOf(GeluSpec gelu) => gelu.Form switch
    {
        GeluForm.Tanh => "GELU by tanh",
        GeluForm.Quick => "QuickGELU",
        _ => "exact GELU",
    };
}
