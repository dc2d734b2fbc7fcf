using System.Globalization;

namespace Microsoft.ML.BlockPruning.Networks;

/// <content>Whether the parts fit together, and whether arrays and counters of 64 bits hold what follows from them.</content>
/// <remarks>It may come from a file: nothing is allocated, indexed or multiplied in 32 bits before it has passed here.</remarks>
public sealed partial class NetworkSpec
{
    internal const int LargestNumClasses = 1 << 24; // far above any, and a batch of logits can still be counted in 32 bits
    private const int MostSteps = 1 << 16;
    private const int LargestWindow = 32; // 7 and 12 are usual, and scores between all slots of a window are held at once
    private const int Padding = 64; // kernels round tokens and features up, by less than this

    private void Check()
    {
        Require(!string.IsNullOrWhiteSpace(Family), "network", "has no family");
        Require(Channels is 1 or 3, "network", $"has {Channels} channels, expected 1 (grey) or 3 (RGB)");
        Require(ImageSize > 0, "network", $"reads images of {ImageSize} pixels");
        Require(Steps is { Count: > 0 and <= MostSteps }, "network", $"has no steps, or more than {MostSteps}");
        Require(Heads is { Count: > 0 }, "network", "has no head");
        long tokens = CheckStem();
        int features = Stem.Patch.OutFeatures;
        Int128 multiplyAdds = 0;
        foreach (var step in Steps)
        {
            long before = tokens;
            (tokens, features) = CheckStep(step, tokens, features);
            multiplyAdds += step is BranchSpec branch ? branch.Middle.MultiplyAdds(before) : 0;
            multiplyAdds += step.Linears.Aggregate((Int128)0, (sum, linear) => sum + ((Int128)linear.Elements * linear.Tokens));
            Require(multiplyAdds <= long.MaxValue / 4, step.Layer, "makes more multiply-adds than can be counted");
        }

        CheckOptional(Norm, features);
        foreach (var head in Heads)
        {
            CheckHead(head, tokens, features);
        }

        RequireDistinctNames();
    }

    private long CheckStem()
    {
        Require(Stem is { Patch: not null, PrefixTokens: not null, Position: null or { Length: > 0 } }, "stem", "lacks a part");
        Require(!Stem.PrefixTokens.Any(string.IsNullOrEmpty), "stem", "has a prefix token without a name");
        Require(
            Stem.PatchSize > 0 && ImageSize % Stem.PatchSize == 0, "stem",
            $"has patches of {Stem.PatchSize} pixels, which do not divide the image size {ImageSize}");
        Require((Int128)Channels * ImageSize * ImageSize <= Array.MaxLength, "stem", "reads images that one array cannot hold");
        long patches = (long)(ImageSize / Stem.PatchSize) * (ImageSize / Stem.PatchSize);
        CheckLinear(Stem.Patch, patches, (long)Channels * Stem.PatchSize * Stem.PatchSize);
        CheckOptional(Stem.Norm, Stem.Patch.OutFeatures);
        return patches + Stem.PrefixTokens.Count;
    }

    private static (long Tokens, int Features) CheckStep(StepSpec step, long tokens, int features)
    {
        Require(step is { Layer: not null }, "network", "has a step without a layer");
        switch (step)
        {
            case BranchSpec branch:
                Require(branch is { First: not null, Middle: not null, Second: not null }, step.Layer, "has a branch without a part");
                CheckNorm(branch.Norm, features);
                CheckLinear(branch.First, tokens, features);
                CheckLinear(branch.Second, tokens, branch.Second.InFeatures);
                CheckMiddle(branch, features);
                return (tokens, features);
            case MergeSpec merge:
                long side = (long)Math.Sqrt(tokens);
                long after = MergeSpec.SideAfter(side) * MergeSpec.SideAfter(side);
                Require(side * side == tokens, step.Layer, $"merges {tokens} tokens, which are no square grid");
                Require(features <= int.MaxValue / 4, step.Layer, $"merges {features} features, too many");
                CheckNorm(merge.Norm, 4 * features);
                CheckLinear(merge.Reduction, after, 4L * features);
                return (after, merge.Reduction.OutFeatures);
            default:
                throw new ArgumentException($"'{step.Layer}' has a step of an unknown kind, {step.GetType().Name}.");
        }
    }

    private static void CheckMiddle(BranchSpec branch, int features)
    {
        var (first, second) = (branch.First, branch.Second);
        Require(
            second.OutFeatures == features, second.Name, $"writes {second.OutFeatures} features into a stream of {features}");
        Require(
            second.InFeatures <= int.MaxValue / 3 && first.OutFeatures == branch.Middle.FirstFeatures(second.InFeatures), first.Name,
            $"gives {first.OutFeatures} features, which do not fit the {second.InFeatures} that '{second.Name}' reads");
        if (branch.Middle is GeluSpec gelu)
        {
            Require(Enum.IsDefined(gelu.Form), branch.Layer, $"has a GELU of an unknown form, {gelu.Form}");
        }

        if (branch.Middle is MultiHeadSpec attention)
        {
            Require(
                attention is { Heads: > 0, HeadDim: > 0 } && (long)attention.Heads * attention.HeadDim == second.InFeatures, branch.Layer,
                $"has {attention.Heads} heads of {attention.HeadDim} features, not the {second.InFeatures} that '{second.Name}' reads");
        }

        if (branch.Middle is WindowAttentionSpec windows)
        {
            CheckWindows(branch.Layer, windows, first.Tokens);
        }
    }

    private static void CheckWindows(string layer, WindowAttentionSpec windows, long tokens)
    {
        long side = (long)Math.Sqrt(tokens);
        Require(!string.IsNullOrEmpty(windows.Bias), layer, "has windows without the name of their bias");
        Require(side * side == tokens, layer, $"cuts {tokens} tokens into windows, which are no square grid");
        Require(
            windows.Window is > 0 and <= LargestWindow, layer,
            $"has windows of {windows.Window}x{windows.Window} tokens, expected sides of 1 to {LargestWindow}");
        Require(
            windows.Shift >= 0 && windows.Shift < windows.Window && (windows.Shift == 0 || windows.Window < side), layer,
            $"shifts windows of {windows.Window}x{windows.Window} by {windows.Shift} on a grid of {side}x{side}, "
            + "expected less than a window, and nothing where one covers the grid");
        long table = ((2L * windows.Window) - 1) * ((2L * windows.Window) - 1) * windows.Heads;
        Require(table <= Array.MaxLength, windows.Bias, "is too large: one array cannot hold it");
    }

    private void CheckHead(HeadSpec head, long tokens, int features)
    {
        Require(head is { Linear: not null, Pooling: not null }, "network", "has a head without layer or pooling");
        CheckLinear(head.Linear, tokens: 1, features);
        CheckOptional(head.Norm, features);
        Require(
            head.Linear.OutFeatures == NumClasses, head.Linear.Name,
            $"has {head.Linear.OutFeatures} classes, the first head {NumClasses}");
        Require(NumClasses <= LargestNumClasses, head.Linear.Name, $"has {NumClasses} classes, above {LargestNumClasses}");
        int first = head.Pooling is TokenPooling token ? token.Token : ((MeanPooling)head.Pooling).FirstToken;
        Require(first >= 0 && first < tokens, head.Linear.Name, $"reads token {first} of {tokens}");
    }

    private static void CheckLinear(LinearSpec linear, long tokens, long inFeatures)
    {
        Require(!string.IsNullOrEmpty(linear?.Name), "network", "has a linear layer without a name");
        Require(
            linear.OutFeatures > 0 && linear.InFeatures == inFeatures, linear.Name,
            $"is {linear.OutFeatures}x{linear.InFeatures}, and reads {inFeatures} features");
        Require(linear.Tokens == tokens, linear.Name, $"meets {linear.Tokens} tokens of {tokens}");
        Require(
            linear.RowGroups > 0 && linear.OutFeatures % linear.RowGroups == 0, linear.Name,
            $"has {linear.RowGroups} row groups in {linear.OutFeatures} rows");
        Require(linear.Elements <= Array.MaxLength, linear.Name, "is too large: one array cannot hold its weight");
        Require(
            ((Int128)tokens + Padding) * (Math.Max(linear.OutFeatures, linear.InFeatures) + (Int128)Padding) <= Array.MaxLength,
            linear.Name, "is too large: one array cannot hold the activations of an image");
    }

    private static void CheckOptional(NormSpec? norm, int features)
    {
        if (norm is not null)
        {
            CheckNorm(norm, features);
        }
    }

    private static void CheckNorm(NormSpec norm, int features)
    {
        Require(!string.IsNullOrEmpty(norm?.Name), "network", "has a step without a norm, or a norm without a name");
        Require(norm.Features == features, norm.Name, $"norms {norm.Features} features of {features}");
        Require(
            norm.Eps is > 0 and < 1, norm.Name,
            string.Create(CultureInfo.InvariantCulture, $"has an eps of {norm.Eps}, which is not in (0, 1)"));
    }

    private void RequireDistinctNames()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var names = Parts.Select(part => part.Name);
        string? twice = names.FirstOrDefault(name => !seen.Add(name));
        Require(twice is null, twice ?? "network", "is the name of two parts");

        // A part is a module, its name a path of modules, and tensors stand behind a path: no part stands inside another.
        string? inside = seen.FirstOrDefault(name => Folders(name).Any(seen.Contains));
        Require(inside is null, inside ?? "network", "is a name inside another part's");
        string? empty = seen.FirstOrDefault(name => name == "__metadata__" || name.Split('.').Contains(""));
        Require(empty is null, empty ?? "network", "is no path of names joined by dots, or is kept for metadata");
        string? back = Steps.Zip(Steps.Skip(1)).Where(pair => pair.First.Layer != pair.Second.Layer).Select(pair => pair.Second.Layer)
            .GroupBy(layer => layer, StringComparer.Ordinal).FirstOrDefault(layer => layer.Count() > 1 || layer.Key == Steps[0].Layer)?.Key;
        Require(back is null, back ?? "network", "comes back after another layer: its steps must follow each other");
        RequireDistinctTensors();
    }

    // Two parts of other names can still ask for one tensor: a token 'a.weight' beside a layer 'a'.
    private void RequireDistinctTensors()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? twice = Parts.SelectMany(part => part.TensorNames).FirstOrDefault(name => !seen.Add(name));
        Require(twice is null, twice ?? "network", "is the name of two tensors");
    }

    private static IEnumerable<string> Folders(string name)
    {
        for (int dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.', dot - 1))
        {
            yield return name[..dot];
        }
    }

    private static void Require([System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool holds, string part, string what)
    {
        if (!holds)
        {
            throw new ArgumentException($"'{part}' {what}.");
        }
    }
}
