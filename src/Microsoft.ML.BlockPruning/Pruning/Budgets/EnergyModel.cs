using System.Globalization;

namespace Microsoft.ML.BlockPruning.Pruning.Budgets;

/// <summary>What one image costs in energy: multiply-adds and the bytes of weights and indices read. Immutable.</summary>
/// <remarks>
/// E = multiply-adds · pJ per multiply-add + bytes · pJ per byte. Activations are not counted: pruning does not change them. The defaults
/// are the 45 nm, 0.9 V figures of M. Horowitz, "Computing's energy problem (and what we can do about it)", ISSCC 2014: float32 multiply
/// 3.7 pJ and add 0.9 pJ; DRAM 1.3 to 2.6 nJ for 64 bits, of which the usual 640 pJ for 32 bits is taken (S. Han et al., NIPS 2015), as if
/// every weight came from memory once per image. A newer processor needs less of both; what is pruned depends on their ratio alone.
/// </remarks>
public sealed class EnergyModel
{
    private const double Float32MultiplyAdd = 4.6; // 3.7 + 0.9
    private const double DramByte = 640.0 / 4;

    /// <summary>Creates a model.</summary>
    /// <param name="picojoulesPerMultiplyAdd">pJ of one float32 multiply and add; finite, not negative.</param>
    /// <param name="picojoulesPerByte">
    /// pJ of reading one byte of weights or indices; finite, not negative. For a batch of n images that share the reading: the memory's
    /// figure divided by n.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is negative or not finite, or both are zero.</exception>
    public EnergyModel(double picojoulesPerMultiplyAdd = Float32MultiplyAdd, double picojoulesPerByte = DramByte)
        : this(Check(picojoulesPerMultiplyAdd), Check(picojoulesPerByte), perTileStep: 0)
    {
        if (picojoulesPerMultiplyAdd == 0 && picojoulesPerByte == 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(picojoulesPerMultiplyAdd), "Both energies are zero, so that blocks cost nothing; at least one must be positive.");
        }
    }

    private EnergyModel(double perMultiplyAdd, double perByte, double perTileStep)
    {
        PicojoulesPerMultiplyAdd = perMultiplyAdd;
        PicojoulesPerByte = perByte;
        PerTileStep = perTileStep;
    }

    /// <summary>The power term of LPViT (Xu et al., ECCV 2024) as its code has it, for comparison.</summary>
    /// <value>
    /// A kept block costs ⌊input features of its layer / 16⌋, in units of its own; a ragged one its share of that; nothing else costs
    /// anything.
    /// </value>
    /// <remarks>Four times as dear per weight in fc2 as elsewhere. It knows neither tokens nor memory.</remarks>
    public static EnergyModel LpViT { get; } = new(0, 0, perTileStep: 1);

    /// <summary>pJ of one float32 multiply and add.</summary>
    /// <value>4.6.</value>
    public double PicojoulesPerMultiplyAdd { get; }

    /// <summary>pJ of reading one byte of weights or indices.</summary>
    /// <value>160.</value>
    public double PicojoulesPerByte { get; }

    /// <summary>Cost of a block for every 16 input features of its layer.</summary>
    internal double PerTileStep { get; }

    /// <summary>pJ of so many multiply-adds and bytes; zero where the model has a unit of its own.</summary>
    internal double Picojoules(long multiplyAdds, long bytes) =>
        (multiplyAdds * PicojoulesPerMultiplyAdd) + (bytes * PicojoulesPerByte);

    /// <inheritdoc/>
    public override string ToString() => PerTileStep > 0
        ? "LPViT's power term"
        : string.Create(CultureInfo.InvariantCulture, $"{PicojoulesPerMultiplyAdd} pJ per multiply-add, {PicojoulesPerByte} pJ per byte");

    private static double Check(double picojoules) => double.IsFinite(picojoules) && picojoules >= 0
        ? picojoules
        : throw new ArgumentOutOfRangeException(
            nameof(picojoules), picojoules, string.Create(
                CultureInfo.InvariantCulture, $"An energy of {picojoules} pJ is not a finite number of at least zero."));
}
