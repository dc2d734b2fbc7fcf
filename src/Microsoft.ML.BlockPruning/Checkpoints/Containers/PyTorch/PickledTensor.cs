namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

/// <summary>A storage that a pickle speaks of; its bytes lie elsewhere in the file.</summary>
/// <param name="Type">Its elements' type.</param>
/// <param name="Key">Its name in the file.</param>
/// <param name="Elements">How many it has; of <see cref="TorchType.Untyped"/> bytes.</param>
internal sealed record StorageId(TorchType Type, string Key, long Elements);

/// <summary>A tensor as a pickle describes it: a view of a storage. Nothing of it is checked yet.</summary>
/// <param name="Storage">Where its elements lie.</param>
/// <param name="Type">Their type.</param>
/// <param name="Offset">Elements before the first.</param>
/// <param name="Shape">The sides.</param>
/// <param name="Strides">[rank] elements from one to the next along each side.</param>
internal sealed record PickledTensor(StorageId Storage, TorchType Type, long Offset, long[] Shape, long[] Strides);
