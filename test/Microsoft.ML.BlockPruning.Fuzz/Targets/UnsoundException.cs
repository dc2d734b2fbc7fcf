namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>What was read without a complaint could not be used: documented nowhere, whatever the cause.</summary>
internal sealed class UnsoundException(string message, Exception? cause = null) : Exception(message, cause);
