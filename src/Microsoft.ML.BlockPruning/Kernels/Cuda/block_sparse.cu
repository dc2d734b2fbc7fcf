// Every kernel of a vision transformer's forward pass, for NVIDIA GPUs of compute capability 8.0 and later.
//
// One source without CUDA headers; clang turns it into PTX (eng/cuda/build-ptx.sh) and the driver's JIT does the rest.
//
// How the data lies
//   activations  row-major [rows, stride]: a row is a token, rows of all images one after another. The stride and every base address are
//                multiples of 16 bytes. Features past the layer's own are padding: they are zero, and layers keep them zero.
//   weights      BSR: crow [blockRows + 1], col [blocks], values [blocks][BN][BK] in the activations' type; a ragged edge is filled with
//                zeros when the weight is uploaded. BN = output features of a block, BK = input features.
//   parameters   bias, LayerNorm's scale and offset: float32, padded with zeros to a whole number of blocks.
//
// Conventions: 128 threads = 4 warps a thread block ("CTA"); f16 and bf16 are stored, all sums are float32.

typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef u32 u32x2 __attribute__((ext_vector_type(2)));
typedef float f32x2 __attribute__((ext_vector_type(2)));
typedef float f32x4 __attribute__((ext_vector_type(4)));

#define DEVICE static __attribute__((device)) inline __attribute__((always_inline))
#define MEMBER static __attribute__((device)) inline __attribute__((always_inline))
#define KERNEL extern "C" __attribute__((global)) void __attribute__((launch_bounds(128)))
// CTAS: as many fit the registers of an SM, and no more: left to itself ptxas aims higher and spills.
#define KERNEL_OF(CTAS) extern "C" __attribute__((global)) void __attribute__((launch_bounds(128, CTAS)))

constexpr int THREADS = 128;

// Sized by the launch; the layout is each kernel's own.
extern __attribute__((shared)) __attribute__((aligned(16))) unsigned char shared_bytes[];

DEVICE int thread() { return __nvvm_read_ptx_sreg_tid_x(); }
DEVICE int cta_x() { return __nvvm_read_ptx_sreg_ctaid_x(); }
DEVICE int cta_y() { return __nvvm_read_ptx_sreg_ctaid_y(); }
DEVICE int cta_z() { return __nvvm_read_ptx_sreg_ctaid_z(); }

// ---------------------------------------------------------------------------------------------------------------- PTX, one line each

DEVICE u32 shared_address() { return (u32)(u64)(__attribute__((address_space(3))) unsigned char*)shared_bytes; }

// Copies 16 bytes to shared memory without passing through registers. bytes = 0 writes zeros instead and reads nothing.
DEVICE void copy16(u32 target, const void* source, int bytes)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
                 :: "r"(target), "l"((const __attribute__((address_space(1))) void*)source), "r"(bytes) : "memory");
}

DEVICE void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }

// Waits until at most N of this thread's committed groups are still on their way.
template<int N> DEVICE void wait_copies() { asm volatile("cp.async.wait_group %0;" :: "n"(N) : "memory"); }

DEVICE void sync_warp() { asm volatile("bar.warp.sync 0xffffffff;" ::: "memory"); }

// Four 8x8 matrices of 16-bit numbers: lanes 8i to 8i+7 give the addresses of matrix i's rows.
DEVICE void load_matrices(u32 (&r)[4], u32 address)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address) : "memory");
}

DEVICE void load_matrices_transposed(u32 (&r)[4], u32 address)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address) : "memory");
}

// Where a row's 16-byte pieces lie in a tile of shared memory: they are swapped by an exclusive or, so that the 8 rows that ldmatrix reads
// at once lie in 32 banks, and so do 8 pieces that are copied at once. Padding between the rows would cost up to half as much again.
template<int CHUNKS> DEVICE int place(int row, int chunk)
{
    return (row * CHUNKS + (chunk ^ (CHUNKS < 8 ? row * CHUNKS / 8 % CHUNKS : row % 8))) * 16;
}

DEVICE float exp2_approximate(float x)
{
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

DEVICE float shuffle_xor(float x, int mask)
{
    float y;
    asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 31, 0xffffffff;" : "=f"(y) : "f"(x), "r"(mask));
    return y;
}

// ---------------------------------------------------------------------------------------------------------------- element types

// c += a · b for a 16x16 tile a and a 16x8 tile b (mma.m16n8k16); lane l holds of c: rows l/4 and l/4 + 8, columns 2(l%4) and the next.
#define MMA(c, a, b0, b1, type)                                                                                          \
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32." type "." type ".f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};" \
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])                                                        \
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1))

struct F16
{
    typedef u16 T;

    MEMBER void multiply(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) { MMA(c, a, b0, b1, "f16"); }

    MEMBER u32 pack(float low, float high)
    {
        u32 r;
        asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
        return r;
    }

    MEMBER float widen(u16 h)
    {
        float f;
        asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(h));
        return f;
    }
};

struct BF16
{
    typedef u16 T;

    MEMBER void multiply(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) { MMA(c, a, b0, b1, "bf16"); }

    MEMBER u32 pack(float low, float high)
    {
        u32 r;
        asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
        return r;
    }

    MEMBER float widen(u16 h)
    {
        u32 bits = (u32)h << 16;
        float f;
        asm("mov.b32 %0, %1;" : "=f"(f) : "r"(bits));
        return f;
    }
};

struct F32
{
    typedef float T;
};

// Two and four neighbours as float32; addresses are multiples of the vector's size.
template<class E> struct Vectors
{
    MEMBER f32x2 load2(const u16* p)
    {
        u32 v = *(const u32*)p;
        return (f32x2){E::widen((u16)v), E::widen((u16)(v >> 16))};
    }

    MEMBER f32x4 load4(const u16* p)
    {
        u32x2 v = *(const u32x2*)p;
        return (f32x4){E::widen((u16)v.x), E::widen((u16)(v.x >> 16)), E::widen((u16)v.y), E::widen((u16)(v.y >> 16))};
    }

    MEMBER void store1(u16* p, float v) { *p = (u16)E::pack(v, 0.f); }
    MEMBER void store2(u16* p, f32x2 v) { *(u32*)p = E::pack(v.x, v.y); }
    MEMBER void store4(u16* p, f32x4 v) { *(u32x2*)p = (u32x2){E::pack(v.x, v.y), E::pack(v.z, v.w)}; }
};

template<> struct Vectors<F32>
{
    MEMBER f32x2 load2(const float* p) { return *(const f32x2*)p; }
    MEMBER f32x4 load4(const float* p) { return *(const f32x4*)p; }
    MEMBER void store1(float* p, float v) { *p = v; }
    MEMBER void store2(float* p, f32x2 v) { *(f32x2*)p = v; }
    MEMBER void store4(float* p, f32x4 v) { *(f32x4*)p = v; }
};

// ---------------------------------------------------------------------------------------------------------------- mathematics

constexpr float LOG2_E = 1.44269504f;

DEVICE float exponential(float x) { return exp2_approximate(x * LOG2_E); }

// erf in float32, error below 1.5e-7: two minimax polynomials, odd around zero and an exponential outside.
DEVICE float error_function(float x)
{
    float t = __builtin_fabsf(x), s = x * x;
    if (t > 0.927734375f)
    {
        float r = __builtin_fmaf(-1.72853470e-5f, t, 3.83197126e-4f);
        float u = __builtin_fmaf(-3.88396438e-3f, t, 2.42546219e-2f);
        r = __builtin_fmaf(r, s, u);
        r = __builtin_fmaf(r, t, -1.06777877e-1f);
        r = __builtin_fmaf(r, t, -6.34846687e-1f);
        r = __builtin_fmaf(r, t, -1.28717512e-1f);
        r = __builtin_fmaf(r, t, -t);
        r = 1.f - exponential(r);
        return x < 0.f ? -r : r;
    }
    float r = -5.96761703e-4f;
    r = __builtin_fmaf(r, s, 4.99119423e-3f);
    r = __builtin_fmaf(r, s, -2.67681349e-2f);
    r = __builtin_fmaf(r, s, 1.12819925e-1f);
    r = __builtin_fmaf(r, s, -3.76125336e-1f);
    r = __builtin_fmaf(r, s, 1.28379166e-1f);
    return __builtin_fmaf(r, x, x);
}

// The exact GELU, x Φ(x), with Φ by erf (Hendrycks and Gimpel 2016, section 2).
DEVICE float gelu(float x) { return 0.5f * x * (1.f + error_function(x * 0.707106781f)); }

// x / (1 + e^-y). Where e^-y overflows the quotient is 0, and NaN for x = -infinity, as in the formulas.
DEVICE float times_sigmoid(float x, float y) { return x / (1.f + exponential(-y)); }

// x (1 + tanh u) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3): (1 + tanh u) / 2 is the sigmoid of 2u.
DEVICE float tanh_gelu(float x) { return times_sigmoid(x, x * __builtin_fmaf(0.0713548163f, x * x, 1.59576912f)); }

DEVICE float quick_gelu(float x) { return times_sigmoid(x, 1.702f * x); }

// Must match CudaActivation on the host.
enum Activation { NONE, GELU, TANH_GELU, QUICK_GELU };

DEVICE float activate(int activation, float x)
{
    return activation == GELU ? gelu(x) : activation == TANH_GELU ? tanh_gelu(x) : quick_gelu(x);
}

DEVICE float sum_over_warp(float x)
{
    for (int mask = 16; mask > 0; mask >>= 1) x += shuffle_xor(x, mask);
    return x;
}

DEVICE float maximum_over_warp(float x)
{
    for (int mask = 16; mask > 0; mask >>= 1) x = __builtin_fmaxf(x, shuffle_xor(x, mask));
    return x;
}

// ---------------------------------------------------------------------------------------------------------------- linear layers

// Y = residual + act(X · Wᵀ + bias). A CTA computes one block row (BN features) of one tile of tokens.
// Must match LinearParameters on the host, field for field.
template<class E> struct LinearArguments
{
    const typename E::T* x;        // [rows, xStride]
    const typename E::T* values;   // [blocks, BN, BK]
    const int* crow;               // [blockRows + 1]
    const int* col;                // [blocks]
    const int* order;              // [blockRows]: longest block row first, so that the last CTAs to start are the short ones
    const float* bias;             // [blockRows · BN] or null
    const typename E::T* residual; // [residualRows, residualStride] or null; may be y
    typename E::T* y;              // [rows, yStride]
    int rows, xStride, residualRows, residualStride, yStride;
    int activation;                // an Activation
};

// What follows the product, from a float32 tile [MT][LD] in shared memory, four features a thread: 8- or 16-byte accesses to memory, in order.
// Row m of y gets row m mod residualRows of the residual: one set of positions serves all images.
template<class E, int BN, int MT, int LD>
DEVICE void finish(const LinearArguments<E>& p, int blockRow, int firstToken)
{
    const float* tile = (const float*)shared_bytes;
    constexpr int Q = BN / 4;
    // BN = 16 puts two rows into the 128 bytes that shared memory gives at a time: take two rows that lie 16 banks apart.
    constexpr int APART = 2 * LD % 32 == 16 ? 2 : 4;
    #pragma unroll 1
    for (int i = thread(); i < MT * Q; i += THREADS)
    {
        int row = i / Q, q = i % Q;
        if (Q == 4) row = APART == 2 ? (row & ~3) | (row & 1) << 1 | (row >> 1 & 1) : (row & ~7) | (row & 1) << 2 | (row >> 1 & 3);
        int m = firstToken + row, n = blockRow * BN + q * 4;
        if (m >= p.rows) continue;
        f32x4 v = *(const f32x4*)(tile + row * LD + q * 4);
        if (p.bias) v += *(const f32x4*)(p.bias + n);
        if (p.activation != NONE)
            v = (f32x4){activate(p.activation, v.x), activate(p.activation, v.y), activate(p.activation, v.z), activate(p.activation, v.w)};
        if (p.residual) v += Vectors<E>::load4(p.residual + (u64)((u32)m % (u32)p.residualRows) * p.residualStride + n);
        Vectors<E>::store4(p.y + (u64)m * p.yStride + n, v);
    }
}

// On tensor cores. Shared memory holds STAGES tiles, each X [MT][BK] then W [BN][BK]: while one is multiplied the next ones arrive.
// A warp computes MT / 4 tokens of all BN features.
template<class E, int BN, int BK>
DEVICE void multiply_blocks(const LinearArguments<E>& p)
{
    constexpr int MT = 128;
    constexpr int STAGES = BK == 16 ? 4 : BK == 32 ? 3 : 2;
    constexpr int NF = BN / 8, MF = MT / 64, CHUNKS = BK / 8;
    constexpr u32 X_BYTES = MT * BK * 2, STAGE_BYTES = X_BYTES + BN * BK * 2;
    const int t = thread(), warp = t >> 5, lane = t & 31;
    const int blockRow = p.order[cta_x()], firstToken = cta_y() * MT;
    const int first = p.crow[blockRow], count = p.crow[blockRow + 1] - first;
    const u32 shared = shared_address();

    auto load = [&](int block, int stage)
    {
        const int k0 = p.col[first + block] * BK;
        const u32 xs = shared + stage * STAGE_BYTES, ws = xs + X_BYTES;
        #pragma unroll
        for (int i = 0; i < MT * CHUNKS / THREADS; i++)
        {
            int c = t + i * THREADS, row = c / CHUNKS, q = c % CHUNKS, m = firstToken + row;
            bool inside = m < p.rows; // rows past the last token are zeros
            copy16(xs + place<CHUNKS>(row, q), p.x + (u64)(inside ? m : 0) * p.xStride + k0 + q * 8, inside ? 16 : 0);
        }
        const u16* w = p.values + (u64)(first + block) * (BN * BK);
        #pragma unroll
        for (int i = 0; i < (BN * CHUNKS + THREADS - 1) / THREADS; i++)
        {
            int c = t + i * THREADS, row = c / CHUNKS, q = c % CHUNKS;
            if (BN * CHUNKS % THREADS == 0 || c < BN * CHUNKS) copy16(ws + place<CHUNKS>(row, q), w + c * 8, 16);
        }
    };

    float acc[MF][NF][4];
    #pragma unroll
    for (int i = 0; i < MF; i++)
        #pragma unroll
        for (int j = 0; j < NF; j++)
            #pragma unroll
            for (int e = 0; e < 4; e++) acc[i][j][e] = 0.f;

    #pragma unroll
    for (int s = 0; s < STAGES - 1; s++)
    {
        if (s < count) load(s, s);
        commit_copies(); // a group a stage, empty or not, so that the count in wait_copies holds
    }

    #pragma unroll 1
    for (int s = 0; s < count; s++)
    {
        wait_copies<STAGES - 2>();
        __syncthreads(); // stage s is there for all, and nobody reads stage s - 1 any more
        int next = s + STAGES - 1;
        if (next < count) load(next, next % STAGES);
        commit_copies();
        const u32 xs = shared + (s % STAGES) * STAGE_BYTES, ws = xs + X_BYTES;
        #pragma unroll
        for (int k = 0; k < BK; k += 16)
        {
            u32 a[MF][4], b[NF / 2][4];
            #pragma unroll
            for (int i = 0; i < MF; i++) // 16 tokens x 16 inputs: lanes 0-15 the left halves of the rows, 16-31 the right
                load_matrices(a[i], xs + i * 16 * BK * 2 + place<CHUNKS>(warp * (MT / 4) + (lane & 15), k / 8 + (lane >> 4)));
            #pragma unroll
            for (int j = 0; j < NF / 2; j++) // 16 features x 16 inputs: two operands b, their k halves side by side
                load_matrices(b[j], ws + j * 16 * BK * 2 + place<CHUNKS>((lane & 7) + ((lane >> 4) << 3), k / 8 + ((lane >> 3) & 1)));
            #pragma unroll
            for (int i = 0; i < MF; i++)
                #pragma unroll
                for (int j = 0; j < NF; j++) E::multiply(acc[i][j], a[i], b[j >> 1][(j & 1) * 2], b[j >> 1][(j & 1) * 2 + 1]);
        }
    }

    // A row of the tile lies 8 banks after the last (mod 32): 4 rows of 8-byte stores fill the banks once.
    constexpr int TILE_LD = BN + 8;
    float* tile = (float*)shared_bytes;
    __syncthreads(); // the tile lies over the stages
    #pragma unroll
    for (int i = 0; i < MF; i++)
        #pragma unroll
        for (int j = 0; j < NF; j++)
        {
            float* at = tile + (warp * (MT / 4) + i * 16 + (lane >> 2)) * TILE_LD + j * 8 + (lane & 3) * 2;
            *(f32x2*)at = (f32x2){acc[i][j][0], acc[i][j][1]};
            *(f32x2*)(at + 8 * TILE_LD) = (f32x2){acc[i][j][2], acc[i][j][3]};
        }
    __syncthreads();
    finish<E, BN, MT, TILE_LD>(p, blockRow, firstToken);
}

// float32 by plain multiply-adds, k ascending: for exactness. 64 tokens, 16 inputs at a time in shared memory, X [64][18] then W [BN][18].
// A thread computes 8 tokens (every 8th) of BN / 16 features (every 16th).
template<int BN, int BK>
DEVICE void multiply_blocks_f32(const LinearArguments<F32>& p)
{
    constexpr int MT = 64, KS = 16, LD = 18, NF = BN / 16, MF = MT / 8;
    const int t = thread(), warp = t >> 5, lane = t & 31;
    const int token = t & 7, feature = t >> 3;
    const int blockRow = p.order[cta_x()], firstToken = cta_y() * MT;
    const int first = p.crow[blockRow], last = p.crow[blockRow + 1];
    float* xs = (float*)shared_bytes;
    float* ws = xs + MT * LD;
    // Of each 16 rows a pass of the threads loads 8; a warp takes rows 8 apart, which lie 16 banks apart.
    const int rowOfPass = warp + 8 * (lane >> 4), column = lane & 15;

    float acc[MF][NF];
    #pragma unroll
    for (int i = 0; i < MF; i++)
        #pragma unroll
        for (int j = 0; j < NF; j++) acc[i][j] = 0.f;

    #pragma unroll 1
    for (int slice = first * (BK / KS); slice < last * (BK / KS); slice++)
    {
        const int block = slice / (BK / KS), k0 = slice % (BK / KS) * KS;
        const float* x = p.x + p.col[block] * BK + k0 + column;
        const float* w = p.values + (u64)block * (BN * BK) + k0 + column;
        #pragma unroll
        for (int i = 0; i < MT / 8; i++)
        {
            int row = (i >> 1) * 16 + (i & 1) * 4 + rowOfPass, m = firstToken + row;
            xs[row * LD + column] = m < p.rows ? x[(u64)m * p.xStride] : 0.f;
        }
        #pragma unroll
        for (int i = 0; i < BN / 8; i++)
        {
            int row = (i >> 1) * 16 + (i & 1) * 4 + rowOfPass;
            ws[row * LD + column] = w[row * BK];
        }
        __syncthreads();
        #pragma unroll 4
        for (int k = 0; k < KS; k++)
        {
            float b[NF];
            #pragma unroll
            for (int j = 0; j < NF; j++) b[j] = ws[(feature + 16 * j) * LD + k];
            #pragma unroll
            for (int i = 0; i < MF; i++)
            {
                float a = xs[(token + 8 * i) * LD + k];
                #pragma unroll
                for (int j = 0; j < NF; j++) acc[i][j] = __builtin_fmaf(a, b[j], acc[i][j]);
            }
        }
        __syncthreads();
    }

    constexpr int TILE_LD = BN + 4; // 8 tokens x 4 features of a warp fall into 32 banks
    float* tile = (float*)shared_bytes;
    #pragma unroll
    for (int i = 0; i < MF; i++)
        #pragma unroll
        for (int j = 0; j < NF; j++) tile[(token + 8 * i) * TILE_LD + feature + 16 * j] = acc[i][j];
    __syncthreads();
    finish<F32, BN, MT, TILE_LD>(p, blockRow, firstToken);
}

#define LINEAR(BN, BK)                                                                                     \
    KERNEL linear_f16_##BN##x##BK(LinearArguments<F16> p) { multiply_blocks<F16, BN, BK>(p); }              \
    KERNEL linear_bf16_##BN##x##BK(LinearArguments<BF16> p) { multiply_blocks<BF16, BN, BK>(p); }           \
    KERNEL linear_f32_##BN##x##BK(LinearArguments<F32> p) { multiply_blocks_f32<BN, BK>(p); }

LINEAR(16, 16)
LINEAR(16, 32)
LINEAR(16, 64)
LINEAR(32, 16)
LINEAR(32, 32)
LINEAR(32, 64)
LINEAR(64, 16)
LINEAR(64, 32)
LINEAR(64, 64)

// ---------------------------------------------------------------------------------------------------------------- LayerNorm

// y = (x - mean) / sqrt(variance + eps) · scale + offset over one row, a warp a row (Ba et al. 2016, equation 3; biased variance).
// Features from width to padded become zero. Must match NormParameters on the host.
template<class E> struct NormArguments
{
    const typename E::T* x; // [rows, xStride]
    const float* scale;     // [width]
    const float* offset;    // [width]
    typename E::T* y;       // [rows, yStride]
    int rows, width, padded, xStride, yStride; // width and padded even
    float eps;
};

template<class E>
DEVICE void normalize(const NormArguments<E>& p)
{
    const int lane = thread() & 31, row = cta_x() * 4 + (thread() >> 5);
    if (row >= p.rows) return;
    const typename E::T* x = p.x + (u64)row * p.xStride;
    typename E::T* y = p.y + (u64)row * p.yStride;

    float sum = 0.f;
    #pragma unroll 1
    for (int i = lane * 2; i < p.width; i += 64)
    {
        f32x2 v = Vectors<E>::load2(x + i);
        sum += v.x + v.y;
    }
    const float mean = sum_over_warp(sum) / (float)p.width;

    float squares = 0.f; // of the distances from the mean: no cancellation, at the price of reading the row again from the cache
    #pragma unroll 1
    for (int i = lane * 2; i < p.width; i += 64)
    {
        f32x2 d = Vectors<E>::load2(x + i) - mean;
        squares += d.x * d.x + d.y * d.y;
    }
    const float deviation = __builtin_sqrtf(sum_over_warp(squares) / (float)p.width + p.eps);

    #pragma unroll 1
    for (int i = lane * 2; i < p.padded; i += 64)
    {
        f32x2 v = {0.f, 0.f};
        if (i < p.width)
        {
            v = (Vectors<E>::load2(x + i) - mean) / deviation;
            v = v * *(const f32x2*)(p.scale + i) + *(const f32x2*)(p.offset + i);
        }
        Vectors<E>::store2(y + i, v);
    }
}

KERNEL norm_f16(NormArguments<F16> p) { normalize<F16>(p); }
KERNEL norm_bf16(NormArguments<BF16> p) { normalize<BF16>(p); }
KERNEL norm_f32(NormArguments<F32> p) { normalize<F32>(p); }

// ---------------------------------------------------------------------------------------------------------------- means

// The mean of an image's tokens from `first` on: of its patches, where that is the number of prefix tokens. 64 features a CTA, two a lane; a
// warp takes every fourth token. Padding is averaged with the features, and stays zero. Must match MeanParameters on the host.
template<class E> struct MeanArguments
{
    const typename E::T* x; // [images · tokens, xStride]
    typename E::T* y;       // [images, yStride]
    int tokens, first, padded, xStride, yStride; // padded even
};

template<class E>
DEVICE void average(const MeanArguments<E>& p)
{
    const int lane = thread() & 31, warp = thread() >> 5, i = cta_y() * 64 + lane * 2;
    const typename E::T* x = p.x + (u64)cta_x() * p.tokens * p.xStride + i;
    f32x2 sum = {0.f, 0.f};
    #pragma unroll 1
    for (int token = p.first + warp; token < p.tokens && i < p.padded; token += 4) sum += Vectors<E>::load2(x + (u64)token * p.xStride);
    f32x2* sums = (f32x2*)shared_bytes; // [4 warps][32 lanes]
    sums[thread()] = sum;
    __syncthreads();
    if (warp == 0 && i < p.padded)
        Vectors<E>::store2(p.y + (u64)cta_x() * p.yStride + i,
            (sums[lane] + sums[lane + 32] + sums[lane + 64] + sums[lane + 96]) / (float)(p.tokens - p.first));
}

KERNEL mean_f16(MeanArguments<F16> p) { average<F16>(p); }
KERNEL mean_bf16(MeanArguments<BF16> p) { average<BF16>(p); }
KERNEL mean_f32(MeanArguments<F32> p) { average<F32>(p); }

// ---------------------------------------------------------------------------------------------------------------- attention

// softmax(q · kᵀ / sqrt(headWidth)) · v for one head of one image (Vaswani et al. 2017, equation 1). A row of qkv is q of all heads, then
// k, then v; y has the heads side by side. Only the first `queries` tokens of an image are computed: the last layer needs no others.
// Must match AttentionParameters on the host.
template<class E> struct AttentionArguments
{
    const typename E::T* qkv; // [images · tokens, qkvStride]
    typename E::T* y;         // [images · tokens, yStride]
    int tokens, queries, heads, headWidth, qkvStride, yStride;
    float scale;              // 1 / sqrt(headWidth)
};

// On tensor cores with the online softmax (Milakov and Gimelshein 2018; Dao et al. 2022, algorithm 1). 64 queries a CTA, 16 a warp; keys come
// in tiles of 64. Shared memory: q, k and v, each [64][HD]; v arrives while q · kᵀ is computed,
// the next k while the softmax and the product with v are. Head widths below HD and tokens past the last are zeros there.
template<class E, int HD>
DEVICE void attend(const AttentionArguments<E>& p)
{
    constexpr int TILE = 64, CHUNKS = HD / 8;
    constexpr u32 TILE_BYTES = TILE * HD * 2;
    const int t = thread(), warp = t >> 5, lane = t & 31;
    const int firstQuery = cta_x() * TILE, embedDim = p.heads * p.headWidth;
    const u16* q = p.qkv + (u64)cta_z() * p.tokens * p.qkvStride + cta_y() * p.headWidth;
    const u32 qs = shared_address(), ks = qs + TILE_BYTES, vs = ks + TILE_BYTES;
    const float scale = p.scale * LOG2_E; // powers of two from here on
    const float infinity = __builtin_inff();

    auto load = [&](u32 target, const u16* source, int firstToken)
    {
        #pragma unroll
        for (int i = 0; i < TILE * CHUNKS / THREADS; i++)
        {
            int c = t + i * THREADS, row = c / CHUNKS, column = c % CHUNKS * 8;
            bool inside = firstToken + row < p.tokens && column < p.headWidth;
            copy16(target + place<CHUNKS>(row, c % CHUNKS), inside ? source + (u64)(firstToken + row) * p.qkvStride + column : source, inside ? 16 : 0);
        }
    };

    float out[HD / 8][4], best[2] = {-infinity, -infinity}, total[2] = {0.f, 0.f}; // [0] of row lane / 4, [1] of the row 8 below
    #pragma unroll
    for (int n = 0; n < HD / 8; n++)
        #pragma unroll
        for (int e = 0; e < 4; e++) out[n][e] = 0.f;

    load(qs, q, firstQuery);
    load(ks, q + embedDim, 0);
    commit_copies();
    #pragma unroll 1
    for (int key = 0; key < p.tokens; key += TILE)
    {
        load(vs, q + 2 * embedDim, key);
        commit_copies();
        wait_copies<1>();
        __syncthreads(); // q and k are there

        float s[TILE / 8][4];
        #pragma unroll
        for (int n = 0; n < TILE / 8; n++)
            #pragma unroll
            for (int e = 0; e < 4; e++) s[n][e] = 0.f;
        #pragma unroll
        for (int k = 0; k < HD; k += 16)
        {
            u32 a[4];
            load_matrices(a, qs + place<CHUNKS>(warp * 16 + (lane & 15), k / 8 + (lane >> 4)));
            #pragma unroll
            for (int n = 0; n < TILE / 16; n++)
            {
                u32 b[4];
                load_matrices(b, ks + n * 16 * HD * 2 + place<CHUNKS>((lane & 7) + ((lane >> 4) << 3), k / 8 + ((lane >> 3) & 1)));
                E::multiply(s[2 * n], a, b[0], b[1]);
                E::multiply(s[2 * n + 1], a, b[2], b[3]);
            }
        }
        __syncthreads(); // nobody reads k any more
        if (key + TILE < p.tokens) load(ks, q + embedDim, key + TILE);
        commit_copies();

        #pragma unroll
        for (int half = 0; half < 2; half++)
        {
            float highest = best[half];
            #pragma unroll
            for (int n = 0; n < TILE / 8; n++)
                #pragma unroll
                for (int e = 2 * half; e < 2 * half + 2; e++)
                {
                    if (key + n * 8 + (lane & 3) * 2 + (e & 1) >= p.tokens) s[n][e] = -infinity;
                    highest = __builtin_fmaxf(highest, s[n][e]);
                }
            highest = __builtin_fmaxf(highest, shuffle_xor(highest, 1)); // four lanes share a row
            highest = __builtin_fmaxf(highest, shuffle_xor(highest, 2));
            const float shrink = exp2_approximate((best[half] - highest) * scale);
            float sum = 0.f;
            #pragma unroll
            for (int n = 0; n < TILE / 8; n++)
                #pragma unroll
                for (int e = 2 * half; e < 2 * half + 2; e++)
                {
                    s[n][e] = exp2_approximate((s[n][e] - highest) * scale);
                    sum += s[n][e];
                }
            best[half] = highest;
            total[half] = total[half] * shrink + sum; // of this lane's keys; lanes are added at the end
            #pragma unroll
            for (int n = 0; n < HD / 8; n++)
                #pragma unroll
                for (int e = 2 * half; e < 2 * half + 2; e++) out[n][e] *= shrink;
        }

        wait_copies<1>();
        __syncthreads(); // v is there
        #pragma unroll
        for (int k = 0; k < TILE / 16; k++) // the layout of s as a result is the layout of s as an operand
        {
            u32 a[4] = {E::pack(s[2 * k][0], s[2 * k][1]), E::pack(s[2 * k][2], s[2 * k][3]),
                        E::pack(s[2 * k + 1][0], s[2 * k + 1][1]), E::pack(s[2 * k + 1][2], s[2 * k + 1][3])};
            #pragma unroll
            for (int n = 0; n < HD / 16; n++)
            {
                u32 b[4];
                load_matrices_transposed(b, vs + k * 16 * HD * 2 + place<CHUNKS>(lane & 15, n * 2 + (lane >> 4)));
                E::multiply(out[2 * n], a, b[0], b[1]);
                E::multiply(out[2 * n + 1], a, b[2], b[3]);
            }
        }
        __syncthreads(); // nobody reads v any more
    }

    #pragma unroll
    for (int half = 0; half < 2; half++)
    {
        float sum = total[half] + shuffle_xor(total[half], 1);
        sum += shuffle_xor(sum, 2);
        const int token = firstQuery + warp * 16 + half * 8 + (lane >> 2);
        u16* y = p.y + ((u64)cta_z() * p.tokens + token) * p.yStride + cta_y() * p.headWidth;
        #pragma unroll
        for (int n = 0; n < HD / 8; n++)
            if (token < p.queries && n * 8 < p.headWidth)
                *(u32*)(y + n * 8 + (lane & 3) * 2) = E::pack(out[n][2 * half] / sum, out[n][2 * half + 1] / sum);
    }
}

// float32 by plain multiply-adds: a warp a query, lanes are keys for the scores and features for the result. Shared memory: 1024 scores a warp.
DEVICE void attend_f32(const AttentionArguments<F32>& p)
{
    const int warp = thread() >> 5, lane = thread() & 31, query = cta_x() * 4 + warp, embedDim = p.heads * p.headWidth;
    if (query >= p.queries) return;
    const float* image = p.qkv + (u64)cta_z() * p.tokens * p.qkvStride + cta_y() * p.headWidth;
    const float* q = image + (u64)query * p.qkvStride;
    float* scores = (float*)shared_bytes + warp * 1024;

    float highest = -__builtin_inff();
    #pragma unroll 1
    for (int key = lane; key < p.tokens; key += 32)
    {
        const float* k = image + (u64)key * p.qkvStride + embedDim;
        float s = 0.f;
        #pragma unroll 1
        for (int i = 0; i < p.headWidth; i += 4)
        {
            f32x4 a = *(const f32x4*)(q + i), b = *(const f32x4*)(k + i);
            s = __builtin_fmaf(a.w, b.w, __builtin_fmaf(a.z, b.z, __builtin_fmaf(a.y, b.y, __builtin_fmaf(a.x, b.x, s))));
        }
        scores[key] = s;
        highest = __builtin_fmaxf(highest, s);
    }
    highest = maximum_over_warp(highest);

    float sum = 0.f;
    #pragma unroll 1
    for (int key = lane; key < p.tokens; key += 32)
    {
        float e = exponential((scores[key] - highest) * p.scale);
        scores[key] = e;
        sum += e;
    }
    sum = sum_over_warp(sum);
    sync_warp(); // from here on lanes read each other's scores

    float* y = p.y + ((u64)cta_z() * p.tokens + query) * p.yStride + cta_y() * p.headWidth;
    #pragma unroll 1
    for (int i = lane; i < p.headWidth; i += 32)
    {
        const float* v = image + 2 * embedDim + i;
        float r = 0.f;
        #pragma unroll 1
        for (int key = 0; key < p.tokens; key++) r = __builtin_fmaf(scores[key], v[(u64)key * p.qkvStride], r);
        y[i] = r / sum;
    }
}

#define ATTENTION(HD, CTAS)                                                                            \
    KERNEL_OF(CTAS) attention_f16_##HD(AttentionArguments<F16> p) { attend<F16, HD>(p); }                \
    KERNEL_OF(CTAS) attention_bf16_##HD(AttentionArguments<BF16> p) { attend<BF16, HD>(p); }

ATTENTION(32, 4)
ATTENTION(64, 3)
ATTENTION(128, 2)
KERNEL attention_f32(AttentionArguments<F32> p) { attend_f32(p); }

// ---------------------------------------------------------------------------------------------------------------- patches, conversion

// Cuts images into patches: row image · tokens + prefix + patch gets its pixels in the order of the convolution's weight (channel, row,
// column); rows of prefix tokens and features past the patch are zeros. The patch embedding is then a linear layer whose residual is what
// every image's tokens are before: prefix token or bias, plus position. Must match PatchParameters on the host.
template<class E> struct PatchArguments
{
    const float* images; // [images, channels, imageSize, imageSize]
    typename E::T* y;    // [images · tokens, yStride]
    int tokens, prefix, channels, imageSize, patchSize, padded, yStride;
};

template<class E>
DEVICE void cut_patches(const PatchArguments<E>& p)
{
    const int f = cta_y() * THREADS + thread(), image = cta_x() / p.tokens, patch = cta_x() % p.tokens - p.prefix;
    if (f >= p.padded) return;
    const int area = p.patchSize * p.patchSize, grid = p.imageSize / p.patchSize;
    float v = 0.f;
    if (patch >= 0 && f < p.channels * area)
    {
        const int channel = f / area, y = patch / grid * p.patchSize + f % area / p.patchSize;
        const int x = patch % grid * p.patchSize + f % p.patchSize;
        v = p.images[((u64)(image * p.channels + channel) * p.imageSize + y) * p.imageSize + x];
    }
    Vectors<E>::store1(p.y + (u64)cta_x() * p.yStride + f, v);
}

KERNEL patches_f16(PatchArguments<F16> p) { cut_patches<F16>(p); }
KERNEL patches_bf16(PatchArguments<BF16> p) { cut_patches<BF16>(p); }
KERNEL patches_f32(PatchArguments<F32> p) { cut_patches<F32>(p); }

// Between float32 and a 16-bit type, a row a CTA column; features from width to padded become zero. Must match ConversionParameters.
struct ConversionArguments
{
    const void* x; // [rows, xStride]
    void* y;       // [rows, yStride]
    int width, padded, xStride, yStride;
};

template<class E>
DEVICE void narrow(const ConversionArguments& p)
{
    const int i = cta_y() * THREADS + thread();
    if (i >= p.padded) return;
    float v = i < p.width ? ((const float*)p.x)[(u64)cta_x() * p.xStride + i] : 0.f;
    Vectors<E>::store1((u16*)p.y + (u64)cta_x() * p.yStride + i, v);
}

template<class E>
DEVICE void widen(const ConversionArguments& p)
{
    const int i = cta_y() * THREADS + thread();
    if (i >= p.padded) return;
    ((float*)p.y)[(u64)cta_x() * p.yStride + i] = i < p.width ? E::widen(((const u16*)p.x)[(u64)cta_x() * p.xStride + i]) : 0.f;
}

KERNEL narrow_f16(ConversionArguments p) { narrow<F16>(p); }
KERNEL narrow_bf16(ConversionArguments p) { narrow<BF16>(p); }
KERNEL widen_f16(ConversionArguments p) { widen<F16>(p); }
KERNEL widen_bf16(ConversionArguments p) { widen<BF16>(p); }
