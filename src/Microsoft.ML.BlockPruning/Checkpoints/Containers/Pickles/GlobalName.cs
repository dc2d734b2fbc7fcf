namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

/// <summary>A class or function that a pickle names. It stays a name: nothing of it is looked up.</summary>
/// <param name="Module">The module, such as <c>torch._utils</c>.</param>
/// <param name="Name">The name within, such as <c>_rebuild_tensor_v2</c>.</param>
internal sealed record GlobalName(string Module, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>What a class or function that is not known here would have made: carried along, never looked into.</summary>
/// <param name="Of">Its maker.</param>
internal sealed record InertValue(GlobalName Of);
