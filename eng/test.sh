#!/usr/bin/env bash
# Runs the tests in three lanes, all of them whatever fails, and ends with one line, "N passed, N failed, N skipped", summed over the
# lanes. A run that crashed, or whose results are missing, counts as one failure.
#   eng/test.sh [--no-build] [--project NAME] [LANE ...]      lanes: default, no-avx512, portable
set -uo pipefail
cd "$(dirname "$0")/.."

results=artifacts/TestResults
rm -rf "$results"
mkdir -p "$results"
trap 'rc=$?; bash eng/test-summary.sh; exit $rc' EXIT
. eng/sdk.sh

build=true
only=
lanes=()
while [ $# -gt 0 ]; do
    case $1 in
        --no-build) build=false ;;
        --project)
            only=${2:?--project needs a name}
            [ -d "test/$only" ] || { echo "eng/test.sh: there is no test/$only." >&2; exit 2; }
            shift
            ;;
        default | no-avx512 | portable) lanes+=("$1") ;;
        *) echo "eng/test.sh: '$1' is none of --no-build, --project and the lanes (default, no-avx512, portable)." >&2; exit 2 ;;
    esac
    shift
done
[ ${#lanes[@]} -gt 0 ] || lanes=(default no-avx512 portable)

# The choice of a kernel reaches these rooms' tests only through others; a new room runs in every lane until it is named here.
kernel_free='Files Networks Sparsity Formats Imaging Checkpoints Torch Calibration Optimization FineTuning Pruning MlNet.Interop Gates Kernels.Cuda Inference.Cuda'
kernel_dependent='FullyQualifiedName~.Gates.LaneTests.'
for room in $kernel_free; do
    excluded="${excluded:+$excluded&}FullyQualifiedName!~.Tests.$room."
done
kernel_dependent="($excluded)|$kernel_dependent"
kernel_project=Microsoft.ML.BlockPruning.Tests

runs=() # PROJECT LANE
for lane in "${lanes[@]}"; do
    for folder in test/*Tests/; do
        project=$(basename "$folder")
        [ -z "$only" ] || [ "$only" = "$project" ] || continue
        [ "$lane" = default ] || [ "$project" = "$kernel_project" ] || continue
        runs+=("$project $lane")
        # Goes when the run is accounted for; until then, and where this script is killed, it counts as a failure.
        : > "$results/$project.$lane.unfinished"
    done
done

# Whether the results hold the test counts of a run, and a failed test where it ended with an error.
is_counted() {
    local trx=$1 rc=$2 counters
    counters=$(grep -oE '<Counters [^>]*' "$trx" 2> /dev/null | head -1)
    [ -n "$counters" ] || return 1
    [ "$rc" -eq 0 ] || [[ "$counters" =~ \ failed=\"[1-9] ]]
}

run_lane() {
    local name=$1 lane=$2 rc=0 variables=() arguments=()
    case $lane in
        no-avx512) variables=(DOTNET_EnableAVX512=0) arguments=(--filter "$kernel_dependent") ;;
        portable) variables=(BLOCKPRUNING_KERNEL=portable) arguments=(--filter "$kernel_dependent") ;;
    esac
    step "Tests: $name, lane $lane"
    env BLOCKPRUNING_LANE="$lane" ${variables[@]+"${variables[@]}"} dotnet exec "test/$name/bin/Release/net10.0/$name.dll" \
        --minimum-expected-tests 1 --report-trx --report-trx-filename "$name.$lane.trx" --results-directory "$results" \
        ${arguments[@]+"${arguments[@]}"} < /dev/null || rc=$?
    if is_counted "$results/$name.$lane.trx" "$rc"; then
        rm "$results/$name.$lane.unfinished"
    else
        echo "$name, lane $lane, ended with $rc and without the results of all its tests: counted as one failure." >&2
        return 1
    fi
    return "$rc"
}

if $build; then
    step "Build"
    dotnet build "${only:+test/}${only:-BlockPruning.sln}" -c Release || exit
fi

failed=()
for run in "${runs[@]}"; do
    # shellcheck disable=SC2086 # two words
    run_lane $run || failed+=("$run")
done

step "Done"
if [ ${#failed[@]} -gt 0 ]; then
    printf 'Failed: %s\n' "${failed[@]}"
    exit 1
fi
