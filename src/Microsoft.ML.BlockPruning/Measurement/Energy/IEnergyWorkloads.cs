namespace Microsoft.ML.BlockPruning.Measurement.Energy;

/// <summary>The two kinds of work that an energy model prices, on one device.</summary>
internal interface IEnergyWorkloads : IDisposable
{
    /// <summary>A dense product out of the caches; a unit is a multiply-add.</summary>
    EnergyWorkload MultiplyAdds { get; }

    /// <summary>Reading memory that no cache holds; a unit is a byte.</summary>
    EnergyWorkload BytesRead { get; }
}
