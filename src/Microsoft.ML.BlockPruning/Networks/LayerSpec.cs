namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>Steps that belong together, such as the attention and the MLP of an encoder layer.</summary>
/// <param name="Name">As a step names it, such as <c>blocks.3</c>.</param>
/// <param name="Steps">In forward order.</param>
internal sealed record LayerSpec(string Name, IReadOnlyList<StepSpec> Steps)
{
    public IEnumerable<LinearSpec> Linears => Steps.SelectMany(step => step.Linears);
}
