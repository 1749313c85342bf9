#!/usr/bin/env bash
# Backprop beside libtorch: builds both, runs them in turn, and prints the table of ratios.
#
#   bench/run.sh                                       everything, at 1 and 2 threads: hours; see --seconds and --rounds
#   bench/run.sh --seconds 0.3 matmul cnn              two workloads, quickly
#   bench/run.sh --only 'sigmoid 1e6' elementwise      one metric
#   bench/run.sh --default-only …                      libtorch as it is, not in its other settings too
#   bench/run.sh --limits …                            how near each row comes to what the machine can do
#   bench/run.sh --json results.jsonl …                all lines as well
#
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1

threads=1,2 settings=all options=() wants_startup=yes
while [ $# -gt 0 ]; do
    case $1 in
        --threads) threads=$2; shift ;;
        --default-only) settings=default ;;
        --only|--seconds|--rounds|--json) options+=("$1" "$2"); shift ;;
        --limits) options+=("$1") ;;
        -*) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2 ;;
        *) options+=("$1"); [ "$wants_startup" = named ] || wants_startup=no; [ "$1" != startup ] || wants_startup=named ;;
    esac
    shift
done

out=artifacts/bench
{
    dotnet build bench/Backprop.Bench -c Release -v quiet -clp:ErrorsOnly
    dotnet build bench/TorchSharp.Bench -c Release -v quiet -clp:ErrorsOnly
    if [ "$wants_startup" != no ]; then
        for way in ready-to-run native; do
            dotnet publish bench/FirstGradient -c Release -v quiet -clp:ErrorsOnly --use-current-runtime -p:Way=$way -o "$out/first-gradient/$way"
        done
    fi
} >&2
export BENCH_FIRST_GRADIENT=$PWD/$out/first-gradient

peer=$PWD/bench/TorchSharp.Bench/bin/Release/net10.0/TorchSharp.Bench
peers=(--peer "libtorch=$peer")
if [ "$settings" = all ]; then
    # Fewer page faults for fresh outputs (glibc on Linux); and kernels without AVX-512, some of which are many times slower on some processors.
    peers+=(--peer "huge pages=env GLIBC_TUNABLES=glibc.malloc.hugetlb=1 $peer")
    ! grep -q avx512f /proc/cpuinfo 2>/dev/null ||
        peers+=(--peer "huge pages, AVX2=env GLIBC_TUNABLES=glibc.malloc.hugetlb=1 ATEN_CPU_CAPABILITY=avx2 $peer")
fi
exec bench/Backprop.Bench/bin/Release/net10.0/Backprop.Bench compare "${peers[@]}" --threads "$threads" "${options[@]}"
