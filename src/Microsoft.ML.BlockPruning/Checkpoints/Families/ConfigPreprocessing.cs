using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>The preprocessing where the caller names none.</summary>
internal static class ConfigPreprocessing
{
    /// <summary>What config.json and preprocessor_config.json say.</summary>
    /// <param name="pixels">What they say; null where there is neither.</param>
    /// <param name="fallback">The family's, where they are silent.</param>
    /// <param name="modelPath">The file that they lie beside, for messages.</param>
    /// <exception cref="InvalidDataException">They ask for what this library does not do.</exception>
    public static ImagePreprocessing Of(PixelConfig? pixels, ImagePreprocessing fallback, string modelPath)
    {
        try
        {
            return pixels?.For(fallback.ImageSize, fallback.Channels) ?? fallback;
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException(
                $"The configuration beside '{modelPath}' asks for a preprocessing that cannot be: {error.Message} Set "
                + "Options.Preprocessing.",
                error);
        }
    }
}
