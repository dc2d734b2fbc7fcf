# Sourced by the scripts of this folder: the one thing they need, and quiet, repeatable output from it.
if ! command -v dotnet > /dev/null; then
    echo "The .NET SDK 10 is needed and 'dotnet' is not on the PATH: install it from https://dot.net, or add its folder to PATH." >&2
    exit 1
fi

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
if [ ! -w "${HOME:-}" ]; then # services and containers have none; the SDK and NuGet need one
    export HOME="$PWD/artifacts/home"
    mkdir -p "$HOME"
fi
if [ "${CI:-}" = true ]; then
    export MSBUILDDISABLENODEREUSE=1 # nothing may outlive the run
fi

step() {
    printf '\n== %s (%d s)\n' "$*" "$SECONDS"
}
