using System.Runtime.CompilerServices;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>A float32 panel as 8-bit integers: <c>[lanes]</c> scales of the tokens, then <c>[group][lanes]</c> of four bytes.</summary>
internal static unsafe class Int8Packing<TIsa, TVector>
    where TIsa : struct, IInt8Quantizer<TVector>
    where TVector : struct
{
    private const int LaneBytes = 4;

    /// <inheritdoc cref="IDotProduct.Pack"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(float* x, int features, int lanes, byte* packed)
    {
        float* scales = (float*)packed;
        byte* groups = packed + ((nint)lanes * sizeof(float));
        int whole = features / TIsa.Numbers.Group * TIsa.Numbers.Group;
        for (int lane = 0; lane < lanes; lane += TIsa.Width)
        {
            var inverse = TIsa.Scale(LargestOf(x + lane, features, lanes), scales + lane);
            byte* target = groups + ((nint)lane * LaneBytes);
            for (int feature = 0; feature < whole; feature += TIsa.Numbers.Group, target += (nint)lanes * LaneBytes)
            {
                TIsa.Quantize(x + ((nint)feature * lanes) + lane, lanes, inverse, target);
            }

            if (whole < features)
            {
                PackRest(x + ((nint)whole * lanes) + lane, features - whole, lanes, inverse, target);
            }
        }
    }

    // Four chains of maxima, since one would wait for itself.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LargestOf(float* x, int features, nint lanes)
    {
        TVector a = TIsa.Broadcast(0), b = a, c = a, d = a;
        int feature = 0;
        for (; feature + 4 <= features; feature += 4, x += 4 * lanes)
        {
            a = TIsa.MaxMagnitude(a, x);
            b = TIsa.MaxMagnitude(b, x + lanes);
            c = TIsa.MaxMagnitude(c, x + (2 * lanes));
            d = TIsa.MaxMagnitude(d, x + (3 * lanes));
        }

        for (; feature < features; feature++, x += lanes)
        {
            a = TIsa.MaxMagnitude(a, x);
        }

        return TIsa.Larger(TIsa.Larger(a, b), TIsa.Larger(c, d));
    }

    // Behind the last feature a buffer may hold anything; zeros are multiplied by zero weights.
    [SkipLocalsInit]
    private static void PackRest(float* x, int features, nint lanes, TVector inverse, byte* target)
    {
        float* group = stackalloc float[TIsa.Numbers.Group * TIsa.Width];
        new Span<float>(group, TIsa.Numbers.Group * TIsa.Width).Clear();
        for (int feature = 0; feature < features; feature++)
        {
            new ReadOnlySpan<float>(x + (feature * lanes), TIsa.Width).CopyTo(new Span<float>(group + (feature * TIsa.Width), TIsa.Width));
        }

        TIsa.Quantize(group, TIsa.Width, inverse, target);
    }
}
