namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>Neighbouring row strips of a weight that share an input covariance and token weights.</summary>
/// <param name="FirstStrip">First row strip (block row).</param>
/// <param name="Strips">Number of row strips.</param>
/// <param name="FirstRow">First output feature.</param>
/// <param name="Rows">Number of output features.</param>
internal readonly record struct RowGroup(int FirstStrip, int Strips, int FirstRow, int Rows);
