#!/usr/bin/env bash
# Plants one bug after another in the CUDA source, compiles each and runs the kernels' tests on it: a bug that no test finds is a hole in the tests.
# usage: eng/cuda/mutate-cuda.sh [--json FILE] [NAME ...]     NAME: only these mutants. CUDA_TESTS: the tests' assembly, built elsewhere.
# Needs clang-14 and built tests (dotnet build -c Release test/Microsoft.ML.BlockPruning.Tests)
set -euo pipefail
cd "$(dirname "$0")/../.."
json=
if [ "${1:-}" = --json ]; then
    json=$2
    shift 2
fi
only=" $* "
source_file=src/Microsoft.ML.BlockPruning/Kernels/Cuda/block_sparse.cu
tests=${CUDA_TESTS:-test/Microsoft.ML.BlockPruning.Tests/bin/Release/net10.0/Microsoft.ML.BlockPruning.Tests.dll}
original=$(cat "$source_file")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
rows=()
survivors=0
subject=KernelTests # the test classes that see a mutant

# Runs the subject's tests on the PTX of one mutant. Prints the check that failed first, or nothing where all pass.
check_of() {
    if BLOCKPRUNING_TEST_PTX=$1 dotnet exec "$tests" --filter "FullyQualifiedName~Kernels.Cuda.&FullyQualifiedName~$subject" \
        --maximum-failed-tests 1 --progress off > "$scratch/log" 2>&1; then
        return
    fi
    local test check
    test=$(grep -m1 -E '^failed ' "$scratch/log" | sed -E 's/^failed //; s/ \([0-9a-z .]+\)$//' || true)
    check=$(grep -m1 -oE 'PtxFault: [A-Za-z]+: .*' "$scratch/log" | sed 's/^PtxFault: //' || true)
    if [ -z "$check" ]; then
        check=$(grep -m1 -oE "bank conflicts|wrote behind a row|Padding of the result is not zero|CudaException: .*" "$scratch/log" || echo "numbers outside the bound")
    fi
    [ -n "$test" ] && echo "$test: $check" || echo "the run ended with an error: $(tail -1 "$scratch/log")"
}

# mutate NAME FROM TO [FROM TO]...: each FROM stands in the source, and its first occurrence becomes TO.
mutate() {
    local name=$1 text=$original by
    shift
    if [ "$only" != "  " ] && [[ "$only" != *" $name "* ]]; then return; fi
    while [ $# -gt 0 ]; do
        if [[ "$text" != *"$1"* ]]; then
            echo "$name: the source no longer holds '$1'" >&2
            exit 1
        fi
        text=${text/"$1"/"$2"}
        shift 2
    done
    printf '%s\n' "$text" > "$scratch/mutant.cu"
    PTX_FLAGS=-Wno-error bash eng/cuda/build-ptx.sh "$scratch/mutant.cu" "$scratch/mutant.ptx" 2> /dev/null
    by=$(check_of "$scratch/mutant.ptx" | tr '\t' ' ')
    if [ -z "$by" ]; then survivors=$((survivors + 1)); fi
    printf '%-34s %s\n' "$name" "${by:-SURVIVED}"
    rows+=("$(printf '    { "name": "%s", "caught": %s, "by": "%s" }' "$name" "$([ -n "$by" ] && echo true || echo false)" "$(sed 's/[\\"]/\\&/g' <<< "$by")")")
}

if [ -n "$(check_of "$PWD"/src/Microsoft.ML.BlockPruning/Kernels/Cuda/block_sparse.ptx)" ]; then
    echo "The tests fail on the PTX that ships: build them first, or mend that." >&2
    exit 1
fi

# The product of blocks on tensor cores
subject=LinearKernelTests
mutate no-sync-in-main-loop '__syncthreads(); // stage s is there' '// '
mutate wait-one-short 'wait_copies<STAGES - 2>();' 'wait_copies<STAGES - 1>();'
mutate wrong-stage-read 'shared + (s % STAGES) * STAGE_BYTES' 'shared + ((s + 1) % STAGES) * STAGE_BYTES'
mutate wrong-stage-loaded 'load(next, next % STAGES)' 'load(next, s % STAGES)'
mutate load-before-sync '        wait_copies<STAGES - 2>();
        __syncthreads();' '        wait_copies<STAGES - 2>();' \
    'commit_copies();
        const u32 xs' 'commit_copies();
        __syncthreads();
        const u32 xs'
mutate empty-groups-not-counted 'if (next < count) load(next, next % STAGES);
        commit_copies();' 'if (next < count) { load(next, next % STAGES); commit_copies(); }'
mutate swapped-halves-of-w '((lane >> 4) << 3), k / 8 + ((lane >> 3) & 1)))' '(((lane >> 3) & 1) << 3), k / 8 + (lane >> 4)))'
mutate swapped-halves-of-x '(lane & 15), k / 8 + (lane >> 4)))' '(lane >> 1), k / 8 + (lane & 1)))'
mutate no-row-guard-on-load 'bool inside = m < p.rows;' 'bool inside = true;'
mutate no-row-guard-on-store 'if (m >= p.rows) continue;' ''
mutate row-guard-off-by-one 'if (m >= p.rows) continue;' 'if (m > p.rows) continue;'
mutate no-swizzle 'chunk ^ (CHUNKS < 8 ? row * CHUNKS / 8 % CHUNKS : row % 8)' 'chunk'
mutate swizzle-of-the-wrong-rows 'CHUNKS < 8 ? row * CHUNKS / 8 % CHUNKS : row % 8' 'row % (CHUNKS < 8 ? CHUNKS : 8)'
mutate wrong-k0 'const int k0 = p.col[first + block] * BK;' 'const int k0 = block * BK;'
mutate wrong-weight-block '(u64)(first + block) * (BN * BK)' '(u64)block * (BN * BK)'
mutate last-block-left-out 's < count; s++)
    {
        wait' 's < count - 1; s++)
    {
        wait'
mutate stale-tile '__syncthreads(); // the tile lies over the stages' ''
# What follows the product
mutate no-bias 'if (p.bias) v +=' 'if (p.bias && p.rows < 0) v +='
mutate gelu-constant 'x * 0.707106781f' 'x * 0.7f'
mutate gelu-coefficient '-1.06777877e-1f' '-1.06877877e-1f'
mutate gelu-sign 'return x < 0.f ? -r : r;' 'return r;'
mutate tanh-gelu-cubic '0.0713548163f' '0.0718548163f'
mutate quick-gelu-slope '1.702f * x' '1.7f * x'
mutate gelu-forms-swapped 'activation == TANH_GELU ? tanh_gelu(x) : quick_gelu(x)' 'activation == TANH_GELU ? quick_gelu(x) : tanh_gelu(x)'
mutate sigmoid-sign 'exponential(-y)' 'exponential(y)'
mutate residual-not-repeated '(u32)m % (u32)p.residualRows' '(u32)m'
mutate residual-stride 'p.residualStride + n)' 'p.yStride + n + 4)'
# float32
mutate f32-no-sync-after-slice '__syncthreads();
    }

    constexpr int TILE_LD = BN + 4' '}

    constexpr int TILE_LD = BN + 4'
mutate f32-no-row-guard 'm < p.rows ? x[(u64)m * p.xStride] : 0.f' 'x[(u64)m * p.xStride]'
mutate f32-bank-conflicts 'KS = 16, LD = 18' 'KS = 16, LD = 16'
# LayerNorm
subject=NormKernelTests
mutate norm-unbiased-variance '/ (float)p.width + p.eps' '/ (float)(p.width - 1) + p.eps'
mutate norm-no-epsilon '/ (float)p.width + p.eps' '/ (float)p.width'
mutate norm-variance-cancels 'f32x2 d = Vectors<E>::load2(x + i) - mean;' 'f32x2 d = Vectors<E>::load2(x + i);' \
    '/ (float)p.width + p.eps' '/ (float)p.width - mean * mean + p.eps'
mutate norm-padding-not-cleared 'i < p.padded; i += 64' 'i < p.width; i += 64'
# Means
subject=MeanKernelTests
mutate mean-of-all-tokens 'token = p.first + warp' 'token = warp'
mutate mean-divided-by-all '/ (float)(p.tokens - p.first)' '/ (float)p.tokens'
mutate mean-of-three-warps ' + sums[lane + 96]' ''
mutate mean-no-sync 'sums[thread()] = sum;
    __syncthreads();' 'sums[thread()] = sum;'
mutate mean-past-the-padding 'if (warp == 0 && i < p.padded)' 'if (warp == 0)'
# Attention
subject=AttentionKernelTests
mutate softmax-without-maximum 'highest = __builtin_fmaxf(highest, s[n][e]);' 'highest = 0.f;'
mutate softmax-not-rescaled 'out[n][e] *= shrink;' 'out[n][e] *= 1.f;'
mutate softmax-sum-not-rescaled 'total[half] * shrink + sum' 'total[half] + sum'
mutate attention-keys-past-the-end 'if (key + n * 8 + (lane & 3) * 2 + (e & 1) >= p.tokens) s[n][e] = -infinity;' ''
mutate attention-swizzle-too-wide 'CHUNKS < 8 ? row * CHUNKS / 8 % CHUNKS : row % 8' 'row * CHUNKS / 8 % CHUNKS'
mutate attention-no-scale 'const float scale = p.scale * LOG2_E' 'const float scale = p.scale'
mutate attention-v-not-transposed 'load_matrices_transposed(b, vs' 'load_matrices(b, vs'
mutate attention-no-sync-after-k '__syncthreads(); // nobody reads k any more' ''
mutate attention-no-sync-after-v '__syncthreads(); // nobody reads v any more' ''
mutate attention-barrier-in-branch '__syncthreads(); // v is there' 'if (t < 64) __syncthreads();'
mutate attention-head-not-cut 'firstToken + row < p.tokens && column < p.headWidth' 'firstToken + row < p.tokens'
mutate attention-queries-not-cut 'if (token < p.queries && n * 8 < p.headWidth)' 'if (token < p.tokens && n * 8 < p.headWidth)'
mutate attention-rows-summed-apart 'sum += shuffle_xor(sum, 2);' ''
mutate attention-f32-no-warp-sync 'sync_warp(); // from here' '// '
mutate attention-f32-without-maximum 'highest = maximum_over_warp(highest);' 'highest = 0.f;'
# Patches and conversions
subject=PatchKernelTests
mutate patches-transposed 'patch / grid * p.patchSize + f % area / p.patchSize' 'patch % grid * p.patchSize + f % area / p.patchSize'
mutate patches-no-prefix '- p.prefix;' ';'
mutate narrow-padding-not-cleared '? ((const float*)p.x)[(u64)cta_x() * p.xStride + i] : 0.f' '? ((const float*)p.x)[(u64)cta_x() * p.xStride + i] : 1.f'

echo "${#rows[@]} mutants, $survivors survived"
if [ -n "$json" ]; then
    { printf '{\n  "mutants": [\n'; printf '%s,\n' "${rows[@]}" | sed '$ s/,$//'; printf '  ]\n}\n'; } > "$json"
fi
[ "$survivors" -eq 0 ]
