namespace Microsoft.ML.BlockPruning.Measurement.Energy;

/// <summary>The part of NVIDIA's management library (NVML) in use here. Statuses are NVML's own: 0 where a call succeeded.</summary>
internal interface INvml
{
    /// <summary>Starts the library; each start needs a <see cref="Stop"/>.</summary>
    int Start();

    /// <summary>Finds a GPU by its number, from 0, in the order of the PCI bus.</summary>
    int FindDevice(int index, out nint device);

    /// <summary>Millijoules that a GPU has taken since its driver was loaded; Volta and newer count them.</summary>
    int ReadMillijoules(nint device, out ulong millijoules);

    /// <summary>The library's sentence for a status.</summary>
    string Describe(int status);

    /// <summary>Gives back one <see cref="Start"/>.</summary>
    void Stop();
}
