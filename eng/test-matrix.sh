#!/usr/bin/env bash
# Runs the tests on every ML.NET and .NET runtime that is supported, and says for each pair what passed; exit code 1 where one fails.
#   eng/test-matrix.sh [--ml 5|6]... [--runtime 10|11]... [--project NAME] [--json FILE] [LANE ...]
# .NET 11 comes from this machine where it is installed, else as NuGet packages into artifacts; where neither is to be had, it is left out
# with a word. FILE keeps the rows of earlier runs of other pairs. The default pair is built last, so that it is what stays.
set -uo pipefail
cd "$(dirname "$0")/.."
. eng/sdk.sh

mls=() runtimes=() lanes=() project= json=
while [ $# -gt 0 ]; do
    case $1 in
        --ml) mls+=("${2:?--ml needs 5 or 6}"); shift ;;
        --runtime) runtimes+=("${2:?--runtime needs 10 or 11}"); shift ;;
        --project) project=${2:?--project needs a name}; shift ;;
        --json) json=${2:?--json needs a file}; shift ;;
        default | no-avx512 | portable) lanes+=("$1") ;;
        *) echo "eng/test-matrix.sh: '$1' is none of --ml, --runtime, --project, --json and the lanes." >&2; exit 2 ;;
    esac
    shift
done
[ ${#mls[@]} -gt 0 ] || mls=(5 6)
[ ${#runtimes[@]} -gt 0 ] || runtimes=(10 11)

installed=$(dirname "$(readlink -f "$(command -v dotnet)")")
scratch=artifacts/dotnet-11

# A folder as an installation of .NET, with the SDK and the runtimes of this machine and one runtime more, from packages.
fetch_runtime_11() {
    local version=11.0.0 packages part
    rm -rf "$scratch"
    mkdir -p "$scratch/fetch"
    echo '<Project />' | tee "$scratch/fetch/Directory.Build.props" "$scratch/fetch/Directory.Packages.props" > "$scratch/fetch/Directory.Build.targets"
    cat > "$scratch/fetch/fetch.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <RestorePackagesPath>packages</RestorePackagesPath>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="Microsoft.NETCore.App.Runtime.linux-x64" Version="[$version]" />
    <PackageDownload Include="Microsoft.AspNetCore.App.Runtime.linux-x64" Version="[$version]" />
  </ItemGroup>
</Project>
PROJECT
    dotnet restore "$scratch/fetch" --verbosity quiet || return 1
    packages=$scratch/fetch/packages
    for part in "$installed"/*; do
        case $(basename "$part") in dotnet | host | shared | fetch) ;; *) ln -s "$part" "$scratch/" ;; esac
    done
    cp "$installed/dotnet" "$scratch/" # a link would lead back to the installation beside it
    mkdir -p "$scratch/host/fxr/$version"
    for part in NETCore AspNetCore; do
        local from
        from=$packages/$(tr '[:upper:]' '[:lower:]' <<< "microsoft.$part.app.runtime.linux-x64")/$version/runtimes/linux-x64
        mkdir -p "$scratch/shared/Microsoft.$part.App/$version"
        cp "$from"/lib/net11.0/* "$scratch/shared/Microsoft.$part.App/$version/" || return 1
        [ ! -d "$from/native" ] || cp "$from"/native/* "$scratch/shared/Microsoft.$part.App/$version/"
        ln -s "$installed/shared/Microsoft.$part.App"/* "$scratch/shared/Microsoft.$part.App/"
    done
    mv "$scratch/shared/Microsoft.NETCore.App/$version/libhostfxr.so" "$scratch/host/fxr/$version/"
    rm -rf "$scratch/fetch"
}

# The folder of the .NET installation that has a runtime, or nothing.
root_of() {
    if dotnet --list-runtimes | grep -q "^Microsoft.NETCore.App $1\."; then
        echo "$installed"
    elif [ "$1" = 11 ] && [ "$(uname -sm)" = 'Linux x86_64' ]; then
        [ -x "$scratch/dotnet" ] || fetch_runtime_11 >&2 || return 1
        echo "$PWD/$scratch"
    fi
}

failed=0
rows=()
mkdir -p artifacts
for ml in "${mls[@]}"; do
    export MlNetVersion=$ml
    step "ML.NET $ml: build"
    if ! dotnet build "${project:+test/}${project:-BlockPruning.sln}" -c Release --verbosity quiet; then
        echo "ML.NET $ml: does not build" >&2
        failed=1
        continue
    fi
    for runtime in "${runtimes[@]}"; do
        root=$(root_of "$runtime")
        if [ -z "$root" ]; then
            echo "ML.NET $ml on .NET $runtime: left out, this runtime is not here and cannot be fetched"
            continue
        fi
        step "ML.NET $ml on .NET $runtime"
        started=$SECONDS
        log=artifacts/test-matrix-$ml-$runtime.log
        rc=0
        # LaneTests fails where the runtime or ML.NET is another than said here.
        env PATH="$root:$PATH" DOTNET_ROOT="$root" DOTNET_ROLL_FORWARD="$([ "$runtime" = 10 ] && echo LatestMinor || echo LatestMajor)" \
            BLOCKPRUNING_RUNTIME="$runtime" BLOCKPRUNING_MLNET="$ml" \
            bash eng/test.sh --no-build ${project:+--project "$project"} ${lanes[@]+"${lanes[@]}"} > "$log" 2>&1 || rc=$?
        grep -E '^(failed |Failed: )' "$log"
        line=$(tail -1 "$log")
        echo "ML.NET $ml on .NET $runtime: $line, exit code $rc ($log)"
        [ "$rc" -eq 0 ] || failed=1
        read -r passed _ failures _ skipped _ <<< "$line"
        rows+=("    { \"mlNet\": $ml, \"runtime\": $runtime, \"projects\": \"${project:-all}\", \"lanes\": \"${lanes[*]:-all}\", \
\"passed\": $passed, \"failed\": $failures, \"skipped\": $skipped, \"exitCode\": $rc, \"seconds\": $((SECONDS - started)) }")
    done
done

# Rows of pairs that ran now replace those of earlier runs.
if [ -n "$json" ]; then
    machine="$(uname -sm), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2> /dev/null | head -1)"
    {
        [ ! -f "$json" ] || grep -E '^    \{ "mlNet"' "$json" | sed 's/,$//'
        printf '%s\n' ${rows[@]+"${rows[@]}"}
    } | awk -F, -v machine="$machine" '
        NF > 1 { key = $1 $2 $3 $4; if (!(key in row)) order[++n] = key; row[key] = $0 }
        END {
            print "{\n  \"machine\": \"" machine "\",\n  \"runs\": ["
            for (i = 1; i <= n; i++) print row[order[i]] (i < n ? "," : "")
            print "  ]\n}"
        }' > "$json.new"
    mv "$json.new" "$json"
fi
exit "$failed"
