namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>There is no model to predict with yet: its file is not there, or cannot be read.</summary>
/// <param name="message">Why, and what to do.</param>
public sealed class ModelNotReadyException(string message) : InvalidOperationException(message);
