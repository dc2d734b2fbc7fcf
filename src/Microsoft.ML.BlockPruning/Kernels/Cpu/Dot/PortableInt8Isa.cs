namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>One token at a time, in plain arithmetic: the reference that the others are held against.</summary>
internal readonly unsafe struct PortableInt8Isa : IInt8Isa<int>
{
    public static bool IsSupported => true;

    public static DotNumbers Numbers => DotNumbers.Bytes;

    public static int Width => 1;

    public static int Broadcast(int value) => value;

    public static int Load(byte* lanes) => *(int*)lanes;

    public static int MultiplyAdd(int sum, int x, int w)
    {
        for (int place = 0; place < Numbers.Group; place++)
        {
            sum += (byte)(x >> (8 * place)) * (sbyte)(w >> (8 * place));
        }

        return sum;
    }

    public static void Store(int sum, float rowScale, float* tokenScales, float bias, float* y) =>
        *y = MathF.FusedMultiplyAdd(sum * rowScale, *tokenScales, bias);

    public static int MaxMagnitude(int largest, float* x) => Larger(largest, *(int*)x & TokenScale.MagnitudeBits);

    public static int Larger(int a, int b) => Math.Max(a, b);

    public static int Scale(int largest, float* scale)
    {
        float magnitude = BitConverter.Int32BitsToSingle(largest);
        bool counts = magnitude >= TokenScale.Least;
        *scale = largest >= TokenScale.InfinityBits ? float.NaN : counts ? magnitude / DotNumbers.LargestInt8 : 0;
        return BitConverter.SingleToInt32Bits(largest < TokenScale.InfinityBits && counts ? 1 / *scale : 0);
    }

    public static void Quantize(float* x, nint stride, int inverse, byte* lanes)
    {
        for (int place = 0; place < Numbers.Group; place++)
        {
            float scaled = x[place * stride] * BitConverter.Int32BitsToSingle(inverse);

            // Where the scale is NaN, anything will do.
            int rounded = float.IsNaN(scaled) ? -Numbers.ActivationOffset : (int)MathF.Round(scaled);
            lanes[place] = (byte)(rounded + Numbers.ActivationOffset);
        }
    }
}
