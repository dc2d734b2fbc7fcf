namespace Microsoft.ML.BlockPruning.Benchmarks.SingleBlocks;

/// <summary>One block, removed alone.</summary>
/// <param name="Layer">timm's name.</param>
/// <param name="BlockRow">Its row in the grid.</param>
/// <param name="BlockColumn">Its column in the grid.</param>
/// <param name="Predicted">Block Fisher's importance: predicted KL, nats per image.</param>
/// <param name="Measured">KL(dense ‖ without the block) on calibration images, nats per image; no refit.</param>
internal sealed record SingleBlockRow(string Layer, int BlockRow, int BlockColumn, double Predicted, double Measured);
