using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>The product of 8-bit integers written once over an instruction set: three vectors of tokens by four rows.</summary>
internal readonly unsafe struct Int8Dot<TIsa, TVector> : IDotProduct
    where TIsa : struct, IInt8Isa<TVector>
    where TVector : struct
{
    private const int LaneBytes = 4;
    private const int Rows = 4;

    public static bool IsSupported => TIsa.IsSupported;

    public static DotNumbers Numbers => TIsa.Numbers;

    public static (int Tokens, int Outputs) Tile => (3 * TIsa.Width, Rows);

    public static void Pack(float* x, int features, int lanes, byte* packed) =>
        Int8Packing<TIsa, TVector>.Pack(x, features, lanes, packed);

    public static void Multiply(DotCall* call, int lanes)
    {
        for (var strip = call->Strips; strip != call->StripsEnd; strip++, call->Y += PanelLayout.StripFeatures * lanes)
        {
            for (int row = 0; row < PanelLayout.StripFeatures; row += Rows)
            {
                float* y = call->Y + ((nint)row * lanes);
                int lane = 0;
                for (; lane + (3 * TIsa.Width) <= lanes; lane += 3 * TIsa.Width)
                {
                    Multiply3(strip, row, call->X + (LaneBytes * lane), lanes, call->TokenScales + lane, y + lane);
                }

                for (; lane < lanes; lane += TIsa.Width)
                {
                    Multiply1(strip, row, call->X + (LaneBytes * lane), lanes, call->TokenScales + lane, y + lane);
                }
            }
        }
    }

    // Named locals, since the JIT keeps no array in registers: twelve sums.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply3(DotStrip* strip, int row, byte* x, nint lanes, float* scales, float* y)
    {
        int* start = strip->Constants + row;
        TVector a0 = TIsa.Broadcast(start[0]), a1 = a0, a2 = a0;
        TVector b0 = TIsa.Broadcast(start[1]), b1 = b0, b2 = b0;
        TVector c0 = TIsa.Broadcast(start[2]), c1 = c0, c2 = c0;
        TVector d0 = TIsa.Broadcast(start[3]), d1 = d0, d2 = d0;
        int* weights = (int*)strip->Weights + row;
        for (var run = strip->Runs; run != strip->RunsEnd; run++)
        {
            byte* group = x + (run->Start * lanes * LaneBytes);
            int* last = weights + ((nint)run->Count * PanelLayout.StripFeatures);
            do
            {
                TVector x0 = TIsa.Load(group);
                TVector x1 = TIsa.Load(group + (LaneBytes * TIsa.Width));
                TVector x2 = TIsa.Load(group + (2 * LaneBytes * TIsa.Width));
                TVector w = TIsa.Broadcast(weights[0]);
                a0 = TIsa.MultiplyAdd(a0, x0, w);
                a1 = TIsa.MultiplyAdd(a1, x1, w);
                a2 = TIsa.MultiplyAdd(a2, x2, w);
                w = TIsa.Broadcast(weights[1]);
                b0 = TIsa.MultiplyAdd(b0, x0, w);
                b1 = TIsa.MultiplyAdd(b1, x1, w);
                b2 = TIsa.MultiplyAdd(b2, x2, w);
                w = TIsa.Broadcast(weights[2]);
                c0 = TIsa.MultiplyAdd(c0, x0, w);
                c1 = TIsa.MultiplyAdd(c1, x1, w);
                c2 = TIsa.MultiplyAdd(c2, x2, w);
                w = TIsa.Broadcast(weights[3]);
                d0 = TIsa.MultiplyAdd(d0, x0, w);
                d1 = TIsa.MultiplyAdd(d1, x1, w);
                d2 = TIsa.MultiplyAdd(d2, x2, w);
                group += lanes * LaneBytes;
                weights += PanelLayout.StripFeatures;
            }
            while (weights != last);
        }

        float* rowScales = (float*)strip->Constants + PanelLayout.StripFeatures + row;
        float* biases = rowScales + PanelLayout.StripFeatures;
        Store(a0, a1, a2, rowScales[0], scales, biases[0], y);
        Store(b0, b1, b2, rowScales[1], scales, biases[1], y + lanes);
        Store(c0, c1, c2, rowScales[2], scales, biases[2], y + (2 * lanes));
        Store(d0, d1, d2, rowScales[3], scales, biases[3], y + (3 * lanes));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply1(DotStrip* strip, int row, byte* x, nint lanes, float* scales, float* y)
    {
        int* start = strip->Constants + row;
        TVector a = TIsa.Broadcast(start[0]), b = TIsa.Broadcast(start[1]), c = TIsa.Broadcast(start[2]), d = TIsa.Broadcast(start[3]);
        int* weights = (int*)strip->Weights + row;
        for (var run = strip->Runs; run != strip->RunsEnd; run++)
        {
            byte* group = x + (run->Start * lanes * LaneBytes);
            int* last = weights + ((nint)run->Count * PanelLayout.StripFeatures);
            do
            {
                TVector v = TIsa.Load(group);
                a = TIsa.MultiplyAdd(a, v, TIsa.Broadcast(weights[0]));
                b = TIsa.MultiplyAdd(b, v, TIsa.Broadcast(weights[1]));
                c = TIsa.MultiplyAdd(c, v, TIsa.Broadcast(weights[2]));
                d = TIsa.MultiplyAdd(d, v, TIsa.Broadcast(weights[3]));
                group += lanes * LaneBytes;
                weights += PanelLayout.StripFeatures;
            }
            while (weights != last);
        }

        float* rowScales = (float*)strip->Constants + PanelLayout.StripFeatures + row;
        float* biases = rowScales + PanelLayout.StripFeatures;
        TIsa.Store(a, rowScales[0], scales, biases[0], y);
        TIsa.Store(b, rowScales[1], scales, biases[1], y + lanes);
        TIsa.Store(c, rowScales[2], scales, biases[2], y + (2 * lanes));
        TIsa.Store(d, rowScales[3], scales, biases[3], y + (3 * lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector s0, TVector s1, TVector s2, float rowScale, float* scales, float bias, float* y)
    {
        TIsa.Store(s0, rowScale, scales, bias, y);
        TIsa.Store(s1, rowScale, scales + TIsa.Width, bias, y + TIsa.Width);
        TIsa.Store(s2, rowScale, scales + (2 * TIsa.Width), bias, y + (2 * TIsa.Width));
    }
}
