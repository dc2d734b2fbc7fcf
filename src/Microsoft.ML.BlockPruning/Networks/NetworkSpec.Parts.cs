namespace Microsoft.ML.BlockPruning.Networks;

/// <content>The one list of a network's tensors.</content>
public sealed partial class NetworkSpec
{
    /// <summary>In checkpoint order.</summary>
    internal IEnumerable<NetworkPart> Parts
    {
        get
        {
            int width = Stem.Patch.OutFeatures;
            foreach (string token in Stem.PrefixTokens)
            {
                yield return new FreePart(token, [1, 1, width]);
            }

            if (Stem.Position is { } position)
            {
                yield return new FreePart(position, [1, Tokens, width]);
            }

            yield return new LinearPart(Stem.Patch, [width, Channels, Stem.PatchSize, Stem.PatchSize], IsPrunable: false);
            if (Stem.Norm is { } before)
            {
                yield return new NormPart(before);
            }

            foreach (var step in Steps)
            {
                yield return new NormPart(step.Norm);
                foreach (var linear in step.Linears)
                {
                    yield return Matrix(linear, isPrunable: true);
                }
            }

            if (Norm is { } after)
            {
                yield return new NormPart(after);
            }

            foreach (var head in Heads)
            {
                if (head.Norm is { } pooled)
                {
                    yield return new NormPart(pooled);
                }

                yield return Matrix(head.Linear, isPrunable: false);
            }
        }
    }

    private static LinearPart Matrix(LinearSpec linear, bool isPrunable) =>
        new(linear, [linear.OutFeatures, linear.InFeatures], isPrunable);
}
