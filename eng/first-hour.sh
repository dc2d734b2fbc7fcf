#!/usr/bin/env bash
# Does what a newcomer does in the first hour: types docs/getting-started.md as it stands, in a fresh clone of what is committed, with an
# empty home and an empty package folder, and writes the minutes of each step to artifacts/first-hour.json. Over 15 minutes it fails.
#   eng/first-hour.sh [--skip REGEX] [--json FILE]    --skip leaves out commands (and programs: csharp-prune, csharp-score, csharp-sweep)
# Two things are stand-ins, made beside the clock: the network that Python would write is the bundled one, the photos are bundled images.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/sdk.sh

limit=15
skip='^$'
json=$PWD/artifacts/first-hour.json
while [ $# -gt 0 ]; do
    case $1 in
        --skip) skip=${2:?--skip needs a value}; shift 2 ;;
        --json) json=$(realpath -m "${2:?--json needs a value}"); shift 2 ;;
        *) echo "eng/first-hour.sh: '$1' is none of --skip, --json." >&2; exit 2 ;;
    esac
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
commit=$(git rev-parse HEAD)
git clone --quiet --no-local . "$folder/clone"
mkdir "$folder/home" "$folder/blocks"
export HOME=$folder/home NUGET_PACKAGES=$folder/packages NUGET_HTTP_CACHE_PATH=$folder/http-cache MSBUILDDISABLENODEREUSE=1
unset DOTNET_CLI_HOME
cd "$folder/clone"
clone=$PWD
page=docs/getting-started.md

# The blocks without a language are typed; of those with one, C# and the references of a project are kept.
commands=$(awk '/^```/ { inside = !inside; language = substr($0, 4); next } inside && language == ""' "$page" \
    | sed -e ':join' -e '/\\$/{N;s/\\\n *//;bjoin' -e '}' -e 's/ \{2,\}#.*$//' | grep -E '^(alias|bash|blockprune|cd|curl|dotnet|mkdir) ')
awk -v out="$folder/blocks" '
    /^```/ { inside = !inside; language = substr($0, 4); if (inside) file = sprintf("%s/%02d.%s", out, ++count, language); next }
    inside && language ~ /^(csharp|xml)$/ { print > file }' "$page"

steps=()
total=0
failed=0

timed() { # NAME COMMAND: runs it in this shell, so that an alias and a folder last
    local name=$1 started=$EPOCHREALTIME rc=0 spent
    if [[ $name =~ $skip ]]; then
        echo "-- left out: $name"
        steps+=("    { \"command\": \"$(escape "$name")\", \"skipped\": true }")
        return
    fi

    step "$name"
    eval "$2" > "$folder/output" 2>&1 < /dev/null || rc=$?
    spent=$(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
    total=$(awk -v a="$total" -v b="$spent" 'BEGIN { printf "%.1f", a + b }')
    tail -n 3 "$folder/output"
    echo "-- $spent s, exit code $rc"
    steps+=("    { \"command\": \"$(escape "$name")\", \"minutes\": $(minutes "$spent"), \"exitCode\": $rc }")
    if [ "$rc" -ne 0 ]; then
        cat "$folder/output"
        failed=1
    fi
}

escape() { sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' <<< "$1"; }
minutes() { awk -v s="$1" 'BEGIN { printf "%.2f", s / 60 }'; }

# What a reader brings: photos in a folder a class, and one of a shoe. The bundled images give them.
bring_photos() {
    local class file count
    dotnet run -c Release --project src/Samples/PruneModel -- images "$folder/fashion" > "$folder/output" 2>&1 || { cat "$folder/output"; exit 1; }
    for class in "$folder"/fashion/test/*/; do
        mkdir -p "photos/$(basename "$class")"
        count=0
        for file in "$class"*; do
            cp "$file" "photos/$(basename "$class")/$count.png"
            count=$((count + 1))
            [ "$count" -lt 60 ] || break
        done
    done
    mkdir -p deit
    cp src/Samples/Bundled/*.safetensors deit/model.safetensors
    cp src/Samples/Bundled/config.json deit/config.json
    cp "$(find "$folder/fashion/test" -name '*.png' -path '*Sneaker*' | sort | head -n 1)" shoe.png
}

# A console application of the page's blocks: NAME, the words by which its statements are known, whether it prunes.
write_application() {
    local name=$1 known=$2
    dotnet new console -o "$folder/$name" --no-restore > /dev/null
    cp "$(grep -l -- "$known" "$folder"/blocks/*.csharp | head -n 1)" "$folder/$name/Program.cs"
    cp "$(grep -l 'class Photo' "$folder"/blocks/*.csharp)" "$folder/$name/Photo.cs"
    sed "s|path/to/|$clone/|" "$folder"/blocks/*.xml > "$folder/references"
    if [ "$3" = scores ]; then
        sed -i '/libtorch/d' "$folder/references"
    fi

    sed -i -e "/<\/PropertyGroup>/r $folder/references" "$folder/$name/$name.csproj"
    # The page's example names a cat; the stand-ins have shoes.
    sed -i 's|photos/cat/0.png|photos/Sneaker/0.png|' "$folder/$name/Program.cs"
}

run_application() { dotnet run -c Release --project "$folder/$1"; }

shopt -s expand_aliases
first=true
while IFS= read -r command <&3; do
    timed "$command" "$command"
    if $first; then
        step "Stand-ins for the reader's network and photos, beside the clock"
        bring_photos
        first=false
    fi
done 3<<< "$commands"

write_application csharp-prune 'pipeline.Fit' prunes
write_application csharp-score 'PrunedModel.Load' scores
write_application csharp-sweep 'CreateSweep' prunes
for name in csharp-prune csharp-score csharp-sweep; do
    timed "$name" "run_application $name"
done

step "Done"
processor=$(grep -m 1 '^model name' /proc/cpuinfo 2> /dev/null | cut -d: -f2- | sed 's/^ *//' || true)
mkdir -p "$(dirname "$json")"
{
    printf '{\n  "commit": "%s",\n  "processor": "%s",\n  "processors": %s,\n' "$commit" "$(escape "$processor")" "$(nproc)"
    printf '  "standIns": ["deit: the bundled network", "photos: 600 bundled test images", "shoe.png: one of them"],\n'
    printf '  "limitMinutes": %s,\n  "totalMinutes": %s,\n  "steps": [\n' "$limit" "$(minutes "$total")"
    (IFS=$'\n'; sed '$!s/$/,/' <<< "${steps[*]}")
    printf '  ]\n}\n'
} > "$json"
echo "$(minutes "$total") minutes: $json"
[ "$failed" -eq 0 ] || { echo "eng/first-hour.sh: a command failed, see above." >&2; exit 1; }
awk -v s="$total" -v m="$limit" 'BEGIN { exit s > 60 * m }' || { echo "eng/first-hour.sh: more than $limit minutes." >&2; exit 1; }
