namespace Microsoft.ML.BlockPruning.Measurement.Energy;

/// <summary>Counts the energy that the processor, or a GPU, takes.</summary>
internal interface IEnergyCounter
{
    /// <summary>Joules since the counter was opened.</summary>
    double ReadJoules();
}
