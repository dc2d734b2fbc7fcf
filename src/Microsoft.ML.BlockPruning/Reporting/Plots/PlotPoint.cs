namespace Microsoft.ML.BlockPruning.Reporting.Plots;

/// <summary>A point of a plot.</summary>
/// <param name="X">In the x axis's unit.</param>
/// <param name="Y">In the y axis's unit.</param>
/// <param name="Mark">What it stands for.</param>
/// <param name="Label">Beside the point, where there is room.</param>
/// <param name="Tip">Shown when a pointer rests on it.</param>
internal sealed record PlotPoint(double X, double Y, PlotMark Mark, string Label, string Tip);
