using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

/// <summary>A product that takes its epilogue as code.</summary>
internal abstract unsafe class EpilogueKernel(KernelTraits traits) : LinearKernel(traits)
{
    /// <inheritdoc/>
    public sealed override void Multiply(
        PackedLinear linear, (int First, int End) strips, byte* x, int lanes, Epilogue epilogue, float* residual, float* y)
    {
        switch (epilogue)
        {
            case Epilogue.None:
                Multiply<IdentityEpilogue>(linear, strips, x, lanes, residual, y);
                break;
            case Epilogue.Gelu:
                Multiply<FunctionEpilogue<ExactGelu>>(linear, strips, x, lanes, residual, y);
                break;
            case Epilogue.TanhGelu:
                Multiply<FunctionEpilogue<TanhGelu>>(linear, strips, x, lanes, residual, y);
                break;
            case Epilogue.QuickGelu:
                Multiply<FunctionEpilogue<QuickGelu>>(linear, strips, x, lanes, residual, y);
                break;
            case Epilogue.AddResidual:
                Multiply<ResidualEpilogue>(linear, strips, x, lanes, residual, y);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(epilogue), epilogue, "Not an epilogue.");
        }
    }

    /// <summary>As <see cref="LinearKernel.Multiply"/>.</summary>
    protected abstract void Multiply<TEpilogue>(
        PackedLinear linear, (int First, int End) strips, byte* x, int lanes, float* residual, float* y)
        where TEpilogue : struct, IEpilogue;
}
