using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Allocation;
using Microsoft.ML.BlockPruning.Pruning.Bases;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Pruning.Curves;
using Microsoft.ML.BlockPruning.Pruning.GateGradients;
using Microsoft.ML.BlockPruning.Pruning.Refit;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>The one table from the choices of a user to what carries them out.</summary>
internal static class PruneMethods
{
    /// <summary>The method that a request asks for.</summary>
    /// <inheritdoc cref="Checked"/>
    public static PruneMethod Of(PruneRequest request) =>
        Of(Checked(request), BasisOf(request.Basis), CriterionOf(request.Criterion, request.CalibrationLabels));

    /// <summary>The request itself, whose choices go together.</summary>
    /// <param name="request">The request.</param>
    /// <exception cref="ArgumentOutOfRangeException">A choice is none of its enum, or the shots are not positive.</exception>
    /// <exception cref="ArgumentException">Choices contradict each other.</exception>
    public static PruneRequest Checked(PruneRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Shots, 1, nameof(request.Shots));
        Check(request);
        return request;
    }

    /// <summary>The method that a request asks for, apart from the criterion; its choices have been checked.</summary>
    /// <param name="request">The request.</param>
    /// <param name="basis">The basis that it is pruned in.</param>
    /// <param name="criterion">Rates the blocks.</param>
    public static PruneMethod Of(PruneRequest request, INetworkBasis basis, IBlockCriterion criterion) => new()
    {
        Selection = SelectionOf(request.Allocation, criterion),
        Basis = basis,
        Refit = RefitOf(request.Refit),
        Shots = request.Shots,
    };

    /// <summary>The criterion behind a choice.</summary>
    /// <param name="criterion">The choice.</param>
    /// <param name="labels">Where labels come from; sampled ones make the mean gradient that Taylor reads zero in expectation.</param>
    public static IBlockCriterion CriterionOf(PruneCriterion criterion, CalibrationLabels labels) => criterion switch
    {
        PruneCriterion.ObsPath => new ObsPathCriterion(),
        PruneCriterion.Magnitude => new MagnitudeCriterion(),
        PruneCriterion.ActivationMagnitude => new ActivationMagnitudeCriterion(),
        PruneCriterion.Taylor => new TaylorCriterion(labels == CalibrationLabels.Column ? null : new SquaredLogitLoss()),
        PruneCriterion.DiagonalFisher => new DiagonalFisherCriterion(),
        PruneCriterion.BlockFisher => new BlockFisherCriterion(),
        PruneCriterion.Reconstruction => new ReconstructionCriterion(),
        PruneCriterion.KfacObs => new KfacObsCriterion(),
        PruneCriterion.Hutchinson => new HutchinsonCriterion(),
        PruneCriterion.Mfac => new MfacCriterion(),
        PruneCriterion.LpvitPaper => new LpvitPaperCriterion(),
        _ => throw Unknown(criterion),
    };

    /// <summary>The allocation behind a choice.</summary>
    /// <param name="allocation">The choice.</param>
    /// <param name="criterion">Rates the blocks, unless the allocation brings a criterion of its own.</param>
    public static IBlockSelection SelectionOf(PruneAllocation allocation, IBlockCriterion criterion) => allocation switch
    {
        PruneAllocation.Global => new ImportanceSelection(criterion, new SharedScale()),
        PruneAllocation.Uniform => new ImportanceSelection(criterion, new UniformImportances()),
        PruneAllocation.MeasuredCurves => new ImportanceSelection(criterion, new MeasuredCurves()),
        PruneAllocation.InteractionAware => new InteractionSelection(),
        _ => throw Unknown(allocation),
    };

    /// <summary>The basis behind a choice.</summary>
    public static INetworkBasis BasisOf(PruneBasis basis) => basis switch
    {
        PruneBasis.Full => new ChangedBasis([new AttentionHeads(), new StreamRotation(), new HiddenUnits()]),
        PruneBasis.UnitsAndHeads => new ChangedBasis([new AttentionHeads(), new HiddenUnits()]),
        PruneBasis.Original => new OriginalBasis(),
        _ => throw Unknown(basis),
    };

    /// <summary>The refit behind a choice.</summary>
    public static Func<RefitTask, IWeightRefit> RefitOf(PruneRefit refit) => refit switch
    {
        PruneRefit.Reconstruction => PruneMethod.ReconstructionRefit,
        PruneRefit.Feedback => PruneMethod.FeedbackRefit,
        PruneRefit.LayerByLayer => task => new PlainRefit(task),
        PruneRefit.None => task => new MaskedWeights(task),
        _ => throw Unknown(refit),
    };

    // In the words of the face, where a user reads the message.
    private static void Check(PruneRequest options)
    {
        bool isInteractionAware = options.Allocation == PruneAllocation.InteractionAware;
        if (isInteractionAware && options.Criterion != default)
        {
            throw new ArgumentException(
                $"Allocation = InteractionAware brings its own criterion, found Criterion = {options.Criterion}: leave it at its default, "
                + "or take another allocation.",
                nameof(options));
        }

        if ((isInteractionAware || options.Allocation == PruneAllocation.Uniform) && options.Budget.Latency is not null)
        {
            throw new ArgumentException(
                $"Allocation = {options.Allocation} cannot meet a budget of latency, found '{options.Budget}': take Global or "
                + "MeasuredCurves, or a budget that adds up over blocks.",
                nameof(options));
        }

        if (isInteractionAware && options.Budget.Parts.Count > 1)
        {
            throw new ArgumentException(
                $"Allocation = InteractionAware takes one budget, found {options.Budget.Parts.Count}: '{options.Budget}'.",
                nameof(options));
        }
    }

    /// <summary>The refusal of a number that is none of an enum's values.</summary>
    public static ArgumentOutOfRangeException Unknown<T>(T choice)
        where T : struct, Enum =>
        new(nameof(choice), choice, $"{choice} is no {typeof(T).Name}; take one of {string.Join(", ", Enum.GetNames<T>())}.");
}
