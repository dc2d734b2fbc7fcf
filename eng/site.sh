#!/usr/bin/env bash
# Makes the documentation site: every Markdown page, the files that they link to, and the reference of the public API.
#   eng/site.sh [--no-build] [--output FOLDER]    FOLDER: artifacts/site; open its index.html, or serve it: python3 -m http.server
# Fails where a page links to a file that is not there. --no-build takes the blockprune that is built.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/sdk.sh

docfx_version=2.81.0
output=artifacts/site
build=true
while [ $# -gt 0 ]; do
    case $1 in
        --no-build) build=false; shift ;;
        --output) output=${2:?--output needs a value}; shift 2 ;;
        *) echo "eng/site.sh: '$1' is none of --no-build, --output." >&2; exit 2 ;;
    esac
done

docfx=artifacts/tools/docfx
if [ "$("$docfx" --version 2> /dev/null | cut -d+ -f1)" != "$docfx_version" ]; then
    step "Install docfx $docfx_version"
    dotnet tool update docfx --version "$docfx_version" --tool-path artifacts/tools --verbosity quiet
fi

# The tool's folder holds the library, its documentation file and the assemblies that it names.
tool=src/Samples/BlockPrune.Cli
if $build; then
    step "Build"
    dotnet build "$tool" -c Release -v q --nologo
fi

# The pages as they stand, and what they link to, in a folder of their own: docfx wants all below its settings.
step "Gather"
source=$output-source
rm -rf "$source" "$output"
mkdir -p "$source/library"
cp "$tool"/bin/Release/net10.0/*.dll "$tool/bin/Release/net10.0/Microsoft.ML.BlockPruning.xml" "$source/library/"
cp -r eng/site/. "$source/"
cp --parents eng/icon.png "$source/"

missing=0
while IFS= read -r page; do
    cp --parents "$page" "$source/"
    while IFS= read -r link; do
        target=$(realpath -m --relative-to . "$(dirname "$page")/$link")
        if [ -f "$target" ]; then
            cp --parents "$target" "$source/"
        else
            echo "$page: $link is not a file; the site shows files only." >&2
            missing=1
        fi
    done < <(grep -oE '\]\([^)#]+' "$page" | cut -c3- | grep -vE '^(https?|mailto):' | sort -u)
done < <(find . \( -name bin -o -name obj -o -name artifacts -o -name '.*' ! -name . \) -prune -o -name '*.md' -print | sed 's|^\./||' | sort)
[ "$missing" -eq 0 ] || exit 1

step "Make the pages"
"$docfx" "$source/docfx.json" --output "$output" --warningsAsErrors
cp "$output/README.html" "$output/index.html"

step "Done"
echo "$(find "$output" -name '*.html' | wc -l) pages: $output/index.html"
