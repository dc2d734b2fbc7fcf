using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>What the time of a pruning goes to; no part lies within another.</summary>
internal enum PrunePart
{
    /// <summary>Before calibration: the change of basis, its pass over some of the images too.</summary>
    Basis,

    /// <summary>Calibration: the images forward.</summary>
    Forward,

    /// <summary>Calibration: the loss backward to each layer's outputs.</summary>
    Backward,

    /// <summary>Calibration: what observers add up.</summary>
    Moments,

    /// <summary>Scoring: inverses of damped covariances and roots of gradient covariances.</summary>
    Inverse,

    /// <summary>Scoring: the removal paths of the row strips.</summary>
    Path,

    /// <summary>Refit: both networks' streams, and what a layer gets and should give.</summary>
    Streams,

    /// <summary>Refit: the normal equations.</summary>
    RefitMoments,

    /// <summary>Refit: the solves of the row strips, and how they came out.</summary>
    Solve,

    /// <summary>Refit: training after least squares.</summary>
    Reconstruction,
}

/// <summary>Tells whoever listens which part of a pruning runs; costs nothing where nobody does.</summary>
internal static class PruneActivity
{
    /// <summary>Name of the source of activities.</summary>
    public const string Name = "Microsoft.ML.BlockPruning.Pruning";

    private static readonly ActivitySource Source = new(Name);
    private static readonly string[] Parts = Enum.GetNames<PrunePart>();

    /// <summary>Starts a part, which ends where the result is disposed; null where nobody listens.</summary>
    public static Activity? Start(PrunePart part) => Source.StartActivity(Parts[(int)part]);
}
