namespace Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;

/// <summary>A function in executable pages, for panels of every width; placed once in a process, when it is first asked for.</summary>
/// <remarks>
/// A call leaves the state in which a collection waits for the thread: it may take half a millisecond. So its pointer is called with the
/// normal transition, never with SuppressGCTransition.
/// </remarks>
internal sealed class PlacedFunction
{
    /// <summary>Environment variable: 0 keeps machine code from being placed.</summary>
    public const string OffVariable = "BLOCKPRUNING_MACHINECODE";

    /// <summary>AppContext switch: false keeps machine code from being placed.</summary>
    public const string SwitchName = "Microsoft.ML.BlockPruning.MachineCode";

    private const int VectorTokens = 16;

    private readonly ExecutableCode[] _codes;

    private PlacedFunction(ExecutableCode[] codes) => _codes = codes;

    /// <summary>Whether the application and its user allow machine code.</summary>
    public static bool IsAllowed =>
#pragma warning disable RS0030 // The one place that asks whether machine code may run.
        IsAllowedBy(Environment.GetEnvironmentVariable(OffVariable), AppContext.TryGetSwitch(SwitchName, out bool isOn) ? isOn : null);
#pragma warning restore RS0030

    /// <summary>Whether both allow it.</summary>
    /// <param name="variable"><see cref="OffVariable"/>; null: not set.</param>
    /// <param name="isOn"><see cref="SwitchName"/>; null: not set.</param>
    public static bool IsAllowedBy(string? variable, bool? isOn) => variable != "0" && isOn != false;

    /// <summary>Places a function.</summary>
    /// <param name="function">Which one.</param>
    /// <param name="isSupported">Whether the processor has its instructions.</param>
    /// <returns>Null where the processor lacks them, machine code is switched off or the system refuses executable memory.</returns>
    public static PlacedFunction? TryPlace(ShippedFunction function, bool isSupported)
    {
        if (!isSupported || !IsAllowed)
        {
            return null;
        }

        var shipped = ShippedCode.Load();
        var convention = OperatingSystem.IsWindows() ? CallConvention.Windows : CallConvention.SystemV;
        var codes = new ExecutableCode[ShippedCode.MostVectors];
        for (int vectors = 1; vectors <= ShippedCode.MostVectors; vectors++)
        {
            if (ExecutableCode.TryCreate(shipped.Of(function, convention, vectors)) is not { } code)
            {
                Array.ForEach(codes, placed => placed?.Dispose());
                return null;
            }

            codes[vectors - 1] = code;
        }

        return new PlacedFunction(codes);
    }

    /// <summary>Where the function for panels of so many tokens begins.</summary>
    /// <param name="lanes">16, 32 or 48.</param>
    public nint AddressFor(int lanes) => _codes[(lanes / VectorTokens) - 1].Address;
}
