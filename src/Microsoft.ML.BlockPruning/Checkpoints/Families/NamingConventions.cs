using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What a program's own networks are like where no file says otherwise.</summary>
/// <param name="Whose">Whose networks, for notes: "timm's".</param>
/// <param name="Eps">Added to the variance in LayerNorm.</param>
/// <param name="Resampling">How the program resamples positions for another image size.</param>
/// <param name="Activation">The activation of the MLP.</param>
/// <param name="AveragesPatches">Whether classifiers read the mean of the patches.</param>
internal sealed record NamingConventions(
    string Whose, float Eps, PositionResampling Resampling, ActivationName Activation = ActivationName.Gelu, bool AveragesPatches = false)
{
    /// <summary>Those of a program; Hugging Face's are the defaults of its configuration classes.</summary>
    public static NamingConventions Of(NamingStyle style) => style switch
    {
        NamingStyle.HuggingFace => new("Hugging Face's own for such a network", 1e-12f, PositionResampling.Plain),
        NamingStyle.HuggingFaceDinov2 => new("Hugging Face's own for such a network", 1e-6f, PositionResampling.Plain),
        NamingStyle.HuggingFaceDinov2WithRegisters =>
            new("Hugging Face's own for such a network", 1e-6f, PositionResampling.Antialiased),
        NamingStyle.HuggingFaceSiglip => new(
            "Hugging Face's own for such a network", 1e-6f, PositionResampling.Plain, ActivationName.GeluTanh, AveragesPatches: true),
        NamingStyle.HuggingFaceClip => new(
            "Hugging Face's own for such a network", 1e-5f, PositionResampling.Plain, ActivationName.QuickGelu, AveragesPatches: true),
        NamingStyle.FacebookDinov2 => new("facebookresearch's", 1e-6f, PositionResampling.Offset),
        NamingStyle.Facebook => new("facebookresearch's", 1e-6f, PositionResampling.Antialiased),
        NamingStyle.Torchvision => new("torchvision's", 1e-6f, PositionResampling.Antialiased),
        _ => new("timm's", 1e-6f, PositionResampling.Antialiased),
    };
}
