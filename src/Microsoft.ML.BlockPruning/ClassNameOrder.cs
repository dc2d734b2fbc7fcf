namespace Microsoft.ML.BlockPruning;

/// <summary>How the classes of a network that names none were put in order when it was trained, by the names of their folders.</summary>
public enum ClassNameOrder
{
    /// <summary>Not told: names whose natural order and ordinal order differ are refused.</summary>
    Unspecified,

    /// <summary>timm's: lower-cased, runs of digits as numbers; ant, Bee, class2, class10.</summary>
    Natural,

    /// <summary>torchvision's ImageFolder and Python's <c>sorted</c>: by code points; Bee, ant, class10, class2.</summary>
    Ordinal,
}
