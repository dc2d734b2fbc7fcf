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

            foreach (var part in Steps.SelectMany(step => step.Parts))
            {
                yield return part;
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

                yield return LinearPart.Of(head.Linear, isPrunable: false);
            }
        }
    }
}
