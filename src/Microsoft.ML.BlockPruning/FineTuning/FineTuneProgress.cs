namespace Microsoft.ML.BlockPruning.FineTuning;

/// <summary>One optimizer step that is done.</summary>
/// <param name="Epoch">Its epoch, from 1.</param>
/// <param name="Step">Steps done so far, over all epochs and runs; from 1 to TotalSteps.</param>
/// <param name="TotalSteps">Steps of all epochs.</param>
/// <param name="Loss">The step's loss, before the step.</param>
/// <param name="ValidationTop1">
/// Fraction of validation images whose class the averaged weights find; only at the end of an epoch and where there are some, else null.
/// </param>
internal sealed record FineTuneProgress(int Epoch, int Step, int TotalSteps, double Loss, double? ValidationTop1);
