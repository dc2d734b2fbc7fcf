#!/usr/bin/env bash
# Publishes the sample ScoreOnly in five forms, runs each on the bundled network, pruned, and one image, and writes what they weigh and how
# long they take from their start to the answer: into artifacts/score-only.json, and as a Markdown table into artifacts/score-only.md.
#   eng/score-only.sh [--model FILE.zip] [--image FILE] [--runs N] [--json FILE]
# Exit code 1 where a form does not run, gives other scores than the others, or NativeAOT takes 100 ms or more. Let nothing else run
# meanwhile. NativeAOT needs clang or gcc; the column of memory needs GNU time.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/sdk.sh

folder=$PWD/artifacts/score-only
model= image=$PWD/eng/icon.png runs=20 json=$PWD/artifacts/score-only.json
while [ $# -gt 0 ]; do
    case $1 in
        --model) model=$(realpath "${2:?--model needs a file}") ;;
        --image) image=$(realpath "${2:?--image needs a file}") ;;
        --runs) runs=${2:?--runs needs a number} ;;
        --json) json=$(realpath -m "${2:?--json needs a file}") ;;
        *) echo "eng/score-only.sh: '$1' is none of --model, --image, --runs and --json." >&2; exit 2 ;;
    esac
    shift 2
done
case $(uname -sm) in
    'Linux x86_64') rid=linux-x64 ;;
    'Linux aarch64') rid=linux-arm64 ;;
    *) echo "eng/score-only.sh measures on Linux; this is $(uname -sm)." >&2; exit 2 ;;
esac
mkdir -p "$folder"
export DOTNET_BUNDLE_EXTRACT_BASE_DIR=$folder/extracted

if [ -z "$model" ]; then
    model=$folder/pruned.zip
    if [ ! -f "$model" ]; then
        step "Prune the bundled network"
        dotnet run -c Release --project src/Samples/BlockPrune.Cli -- prune --bundled --criterion magnitude --refit none --max-images 100 \
            --output "$model" > "$folder/prune.txt"
    fi
fi

publish() { # NAME ARGUMENT...
    local name=$1
    shift
    step "Publish: $name"
    rm -rf "${folder:?}/$name"
    dotnet publish src/Samples/ScoreOnly -c Release -o "$folder/$name" --nologo -v q -p:TrimmerSingleWarn=false "$@"
}

self=(-r "$rid" --self-contained)
whole=(-p:BlockPruningScoresOnly=false)
publish portable
publish portable-with-all "${whole[@]}"
publish "$rid" "${self[@]}"
publish "$rid-with-all" "${self[@]}" "${whole[@]}"
publish single-file "${self[@]}" -p:PublishSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true
publish trimmed "${self[@]}" -p:PublishTrimmed=true
publish native-aot -r "$rid" -p:PublishAot=true

command_of() { # FORM
    if [ "$1" = portable ]; then
        command=(dotnet "$folder/portable/ScoreOnly.dll")
    else
        command=("$folder/$1/ScoreOnly")
    fi
}

bytes_of() { # FORM
    find "$folder/$1" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum + 0 }'
}

median_ms() { # FORM: from the process's start to its end, once the files are in memory
    local start end i times=()
    command_of "$1"
    for ((i = -2; i < runs; i++)); do
        start=${EPOCHREALTIME/./}
        "${command[@]}" "$model" "$image" > "$folder/answer.txt"
        end=${EPOCHREALTIME/./}
        [ "$i" -lt 0 ] || times+=($((end - start)))
    done
    printf '%s\n' "${times[@]}" | sort -n | awk '{ all[NR] = $1 } END { printf "%.1f", (all[int((NR + 1) / 2)] + all[int(NR / 2) + 1]) / 2000 }'
}

peak_kb() { # FORM
    command_of "$1"
    if [ -x /usr/bin/time ]; then
        /usr/bin/time -f %M -o "$folder/memory.txt" "${command[@]}" "$model" "$image" > /dev/null
        cat "$folder/memory.txt"
    else
        echo null
    fi
}

step "Run"
failed=0 rows=() expected=
table='| form | files | MB | MB with what pruning needs | start to answer, ms | peak memory, MB |
| --- | ---: | ---: | ---: | ---: | ---: |'
for form in portable "$rid" single-file trimmed native-aot; do
    command_of "$form"
    answer=$("${command[@]}" "$model" --scores "$image") || { echo "$form does not run." >&2; failed=1; continue; }
    : "${expected:=$answer}"
    [ "$answer" = "$expected" ] || { printf '%s says\n%s\nand portable\n%s\n' "$form" "$answer" "$expected" >&2; failed=1; }
    bytes=$(bytes_of "$form")
    files=$(find "$folder/$form" -type f | wc -l)
    all=null
    [ ! -d "$folder/$form-with-all" ] || all=$(bytes_of "$form-with-all")
    ms=$(median_ms "$form")
    peak=$(peak_kb "$form")
    rows+=("{ \"form\": \"$form\", \"files\": $files, \"bytes\": $bytes, \"bytesWithPruning\": $all, \"medianMs\": $ms, \"peakKb\": $peak }")
    table+=$(awk -v form="$form" -v files="$files" -v bytes="$bytes" -v all="$all" -v ms="$ms" -v peak="$peak" 'BEGIN {
        printf "\n| %s | %d | %.1f | %s | %.0f | %s |", form, files, bytes / 1e6, all == "null" ? "" : sprintf("%.1f", all / 1e6), ms,
            peak == "null" ? "" : sprintf("%.0f", peak / 1e3) }')
    if [ "$form" = native-aot ] && awk -v ms="$ms" 'BEGIN { exit !(ms >= 100) }'; then
        echo "NativeAOT takes $ms ms from its start to the answer, expected less than 100." >&2
        failed=1
    fi
done

field() { sed -n "s/^$1[^:]*: //p" /proc/cpuinfo | head -1; }
mkdir -p "$(dirname "$json")"
{
    printf '{\n  "machine": {\n    "processor": "%s, family %s model %s",\n    "threads": %s,\n' \
        "$(field 'model name')" "$(field 'cpu family')" "$(field 'model')" "$(nproc)"
    printf '    "os": "%s",\n    "load": %s\n  },\n' "$(. /etc/os-release && echo "$PRETTY_NAME")" "$(cut -d ' ' -f 1 /proc/loadavg)"
    printf '  "versions": { "sdk": "%s" },\n  "modelBytes": %s,\n  "runs": %s,\n  "rows": [\n' \
        "$(dotnet --version)" "$(stat -c %s "$model")" "$runs"
    for ((i = 0; i < ${#rows[@]}; i++)); do
        printf '    %s%s\n' "${rows[$i]}" "$([ $((i + 1)) -eq ${#rows[@]} ] || echo ,)"
    done
    printf '  ]\n}\n'
} > "$json"
printf '%s\n' "$table" | tee artifacts/score-only.md
echo "$json"
exit "$failed"
