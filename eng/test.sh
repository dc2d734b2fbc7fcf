#!/usr/bin/env bash
# Runs the tests in three lanes and ends with one line, "N passed, N failed, N skipped", summed over the lanes.
#   eng/test.sh [--no-build] [LANE ...]      lanes: default, no-avx512, portable
set -uo pipefail
cd "$(dirname "$0")/.."

results=artifacts/TestResults
rm -rf "$results"
trap 'rc=$?; bash eng/test-summary.sh; exit $rc' EXIT
. eng/sdk.sh

build=true
lanes=()
for argument in "$@"; do
    case $argument in
        --no-build) build=false ;;
        default | no-avx512 | portable) lanes+=("$argument") ;;
        *) echo "eng/test.sh: '$argument' is neither --no-build nor a lane (default, no-avx512, portable)." >&2; exit 2 ;;
    esac
done
[ ${#lanes[@]} -gt 0 ] || lanes=(default no-avx512 portable)

# The choice of a kernel reaches these rooms' tests only through others; a new room runs in every lane until it is named here.
kernel_free='Checkpoints Imaging Network Sparsity Training Pruning Interop Gates Kernels.Cuda Inference.Cuda'
kernel_dependent='FullyQualifiedName~.Gates.LaneTests.'
for room in $kernel_free; do
    excluded="${excluded:+$excluded&}FullyQualifiedName!~.Tests.$room."
done
kernel_dependent="($excluded)|$kernel_dependent"

# run_lane LANE PROJECT [VARIABLE=VALUE ...] -- [ARGUMENT ...]
run_lane() {
    local lane=$1 name=$2 variables=()
    shift 2
    while [ "$1" != -- ]; do
        variables+=("$1")
        shift
    done
    shift
    step "Tests: $name, lane $lane"
    env BLOCKPRUNING_LANE="$lane" ${variables[@]+"${variables[@]}"} dotnet exec "test/$name/bin/Release/net10.0/$name.dll" \
        --minimum-expected-tests 1 --report-trx --report-trx-filename "$name.$lane.trx" --results-directory "$results" "$@" < /dev/null
}

if $build; then
    step "Build"
    dotnet build BlockPruning.sln -c Release || exit
fi

for lane in "${lanes[@]}"; do
    case $lane in
        default)
            for project in test/*Tests/; do
                run_lane "$lane" "$(basename "$project")" -- || exit
            done
            ;;
        no-avx512)
            run_lane "$lane" Microsoft.ML.BlockPruning.Tests DOTNET_EnableAVX512=0 -- --filter "$kernel_dependent" || exit
            ;;
        portable)
            run_lane "$lane" Microsoft.ML.BlockPruning.Tests BLOCKPRUNING_KERNEL=portable -- --filter "$kernel_dependent" || exit
            ;;
    esac
done

step "Done"
