namespace PruneModelSample;

/// <summary>What a model does on the validation images.</summary>
/// <param name="Top1">Fraction of the images whose class it finds.</param>
/// <param name="MillisecondsPerImage">One image at a time, decoding included; a median.</param>
/// <param name="WeightBytes">Of the weights in float32 with their indices.</param>
/// <param name="MultiplyAdds">Of one image.</param>
internal sealed record ModelQuality(double Top1, double MillisecondsPerImage, long WeightBytes, long MultiplyAdds);
