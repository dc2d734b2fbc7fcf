#!/usr/bin/env bash
# Proves that the bundled network's plans, refitted weights and scores are the same bits at two commits.
#   eng/same-bits.sh OLD [NEW [SETTING ...]]
# NEW: a commit, or . for the working tree, which is the default. SETTING: eng/SameBits/PruningSetting.cs has their names; default all.
# Both prune the bundled network by every setting and score images with it; both then load the files that OLD wrote, and score on the
# portable kernel as well. Ends with 'same bits: N lines' and 0, or with the lines that differ and 1. What a commit gave is kept in
# artifacts/same-bits and not computed again. The files' metadata are not compared.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/sdk.sh

if [ $# -eq 0 ]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
old=$1
new=${2:-.}
settings=("${@:3}")

root=$PWD
program=eng/SameBits
bundled=$root/src/Samples/Bundled # the same for both: the code is compared, not the images
folder=$(mktemp -d)
trap 'rm -rf "$folder"; git worktree prune' EXIT

# What belongs to the results beside the commit: the program, the choice of settings, the processor.
asked=$({ cat $program/*.cs $program/*.csproj; echo ${settings[@]+"${settings[@]}"}; grep -m1 'model name' /proc/cpuinfo || uname -m; } | git hash-object --stdin)

# house NAME COMMIT: builds the program against a commit; prints the path of the program.
house() {
    local tree=$root
    if [ "$2" != . ]; then
        tree=$folder/$1
        git worktree add --quiet --detach "$tree" "$2" >&2
        rm -rf "${tree:?}/$program"
        mkdir -p "$tree/$program"
        cp $program/*.cs $program/*.csproj "$tree/$program"
    fi
    dotnet build "$tree/$program" -c Release --nologo --verbosity quiet -clp:NoSummary -p:RunAnalyzersDuringBuild=false >&2
    echo "$tree/$program/bin/Release/net10.0/SameBits.dll"
}

# prune NAME PROGRAM RESULTS: lines and networks.
prune() {
    step "$1: prune" >&2
    mkdir -p "$3/networks"
    dotnet "$2" prune "$bundled" "$3/networks" ${settings[@]+"${settings[@]}"} > "$3/lines"
}

# score NAME PROGRAM NETWORKS RESULTS: what both kernels say of saved networks.
score() {
    step "$1: score the saved networks" >&2
    {
        dotnet "$2" score "$bundled" "$3" ${settings[@]+"${settings[@]}"}
        BLOCKPRUNING_KERNEL=portable dotnet "$2" score "$bundled" "$3" ${settings[@]+"${settings[@]}"} | sed 's/ loaded / portable /'
    } > "$4/loaded"
}

commit=$(git rev-parse --verify "$old^{commit}")
[ "$new" = . ] || git rev-parse --verify "$new^{commit}" > /dev/null
kept=$root/artifacts/same-bits/$commit-$asked
if [ ! -e "$kept/whole" ]; then
    step "$old: build" >&2
    oldProgram=$(house old "$commit")
    rm -rf "$kept"
    prune "$old" "$oldProgram" "$kept"
    score "$old" "$oldProgram" "$kept/networks" "$kept"
    : > "$kept/whole"
fi

step "$new: build" >&2
newProgram=$(house new "$new")
prune "$new" "$newProgram" "$folder/results"
score "$new" "$newProgram" "$kept/networks" "$folder/results"

step "Compare" >&2
for part in lines loaded; do
    [ -s "$kept/$part" ] || { echo "$old gave nothing to compare: $kept/$part is empty." >&2; exit 1; }
    cat "$kept/$part" >> "$folder/old-lines"
    cat "$folder/results/$part" >> "$folder/new-lines"
done
if ! diff "$folder/old-lines" "$folder/new-lines"; then
    echo "$old (<) and $new (>) differ in the lines above." >&2
    exit 1
fi
echo "same bits: $(wc -l < "$folder/new-lines") lines"
