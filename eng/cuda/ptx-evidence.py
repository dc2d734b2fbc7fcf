"""Makes tables of what eng/cuda/ptx-evidence.sh has gathered. usage: ptx-evidence.py FOLDER [JSON]     exit 1 where a kernel spills"""
import json
import math
import pathlib
import re
import sys

# Of one SM: CUDA C++ Programming Guide, "Compute Capabilities". 65,536 registers, in four partitions, in pieces of 256 a warp; each CTA
# takes 1 KB of shared memory more than it asks for, in pieces of 128 bytes.
SMS = {
    "sm_80": dict(warps=64, ctas=32, shared=164 * 1024),
    "sm_86": dict(warps=48, ctas=16, shared=100 * 1024),
    "sm_90": dict(warps=64, ctas=32, shared=228 * 1024),
}

# Peaks in FLOP/s and bytes/s as NVIDIA states them, dense: A100 datasheet (80 GB SXM); GA102 whitepaper (RTX 3090: f16 with float32 sums);
# H100 datasheet (SXM, half of the figures with sparsity). The H100's tensor peak is for wgmma: mma.sync, which these kernels use, stays
# well below it, so its bound is loose.
GPUS = {
    "A100": dict(arch="sm_80", tensor=312e12, fma=19.5e12, memory=2039e9),
    "RTX 3090": dict(arch="sm_86", tensor=71e12, fma=35.6e12, memory=936e9),
    "H100": dict(arch="sm_90", tensor=989.4e12, fma=66.9e12, memory=3350e9),
}
LAYER = dict(name="fc1 of DeiT-B, 32 images", rows=32 * 197, out=3072, inside=768)
KEEPS = [1, 0.5, 0.25, 0.1]
WARPS = 4


def shared_of(kernel, counts):
    """Dynamic shared memory that the launcher asks for (CudaKernels)."""
    for row in counts:
        if row["kernel"] == kernel:
            return row["sharedBytes"]
    if kernel == "attention_f32":
        return WARPS * 1024 * 4
    head = re.match(r"attention_\w+_(\d+)$", kernel)
    return 3 * 64 * int(head[1]) * 2 if head else 0


def occupancy(arch, registers, shared):
    sm = SMS[arch]
    by_registers = 65536 // 4 // (math.ceil(registers * 32 / 256) * 256)  # a CTA has a warp in each partition
    by_shared = sm["shared"] // (math.ceil(shared / 128) * 128 + 1024)
    by_warps = min(sm["warps"] // WARPS, sm["ctas"])
    ctas = min(by_registers, by_shared, by_warps)
    limit = "registers" if ctas == by_registers else "shared memory" if ctas == by_shared else "warps"
    return dict(ctas=ctas, occupancy=round(ctas * WARPS / sm["warps"], 4), limit=limit)


def static(folder, arch, counts):
    info = (folder / f"{arch}.info").read_text()
    sass = dict(re.findall(r"Function : (\w+)\n(.*?)(?=Function :|\Z)", (folder / f"{arch}.sass").read_text(), re.S))
    kernels = {}
    for name, body in re.findall(r"Compiling entry function '(\w+)'.*?\n(.*?)(?=Compiling entry|\Z)", info, re.S):
        stack, stores, loads = map(int, re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", body).groups())
        registers = int(re.search(r"Used (\d+) registers", body)[1])
        fixed = re.search(r"(\d+) bytes smem", body)
        shared = shared_of(name, counts)
        code = sass[name]
        kernels[name] = dict(
            registers=registers, stackBytes=stack, spillStoreBytes=stores, spillLoadBytes=loads,
            staticSharedBytes=int(fixed[1]) if fixed else 0, dynamicSharedBytes=shared,
            hmma=len(re.findall(r"\bHMMA\.", code)), ldsm=len(re.findall(r"\bLDSM\.", code)), ldgsts=len(re.findall(r"\bLDGSTS\.", code)),
            local=len(re.findall(r"\b(?:LDL|STL)\b", code)), **occupancy(arch, registers, shared))
    return dict(sorted(kernels.items()))


def roofline(kernel, keep):
    """The least time of the layer: all FLOPs at the peak, or every byte through memory once, whichever takes longer."""
    element, height, width = re.match(r"linear_(\w+)_(\d+)x(\d+)", kernel).groups()
    size = 4 if element == "f32" else 2
    blocks = round(keep * (LAYER["out"] // int(height)) * (LAYER["inside"] // int(width)))
    weights = blocks * int(height) * int(width)
    flops = 2 * LAYER["rows"] * weights
    moved = size * (weights + LAYER["rows"] * (LAYER["inside"] + LAYER["out"])) + 4 * blocks
    bounds = {}
    for name, gpu in GPUS.items():
        compute, memory = flops / gpu["fma" if element == "f32" else "tensor"], moved / gpu["memory"]
        bounds[name] = dict(microseconds=round(max(compute, memory) * 1e6, 2), by="compute" if compute >= memory else "memory")
    return dict(kernel=kernel, keep=keep, flops=flops, bytes=moved, leastTime=bounds)


def main():
    folder = pathlib.Path(sys.argv[1])
    counts = json.loads((folder / "counts.json").read_text())
    arches = {arch: static(folder, arch, counts) for arch in SMS}
    names = [name for name in arches["sm_80"] if name.startswith("linear_")]
    content = dict(
        note="Not measured on a GPU: assembled by ptxas, counted by the tests' interpreter, or computed.",
        assembler=(folder / "version").read_text().strip(),
        threads=32 * WARPS, kernels=arches, countedPerTile=counts, peaks=GPUS, layer=LAYER,
        roofline=[roofline(name, keep) for name in names for keep in KEEPS])
    if len(sys.argv) > 2:
        pathlib.Path(sys.argv[2]).write_text(json.dumps(content, indent=1) + "\n")
    print("| kernel | registers | spills | shared | CTAs of an SM (occupancy) | HMMA, LDSM, LDGSTS |\n| --- | --- | --- | ---: | --- | --- |")
    for name in arches["sm_80"]:
        rows = [arches[arch][name] for arch in SMS]
        first = rows[0]
        print(f"| `{name}` | {' / '.join(str(r['registers']) for r in rows)} | "
              f"{' / '.join(str(r['spillStoreBytes'] + r['spillLoadBytes']) for r in rows)} | {first['dynamicSharedBytes']} | "
              f"{', '.join(str(r['ctas']) + ' (' + format(r['occupancy'], '.0%') + ')' for r in rows)} | "
              f"{first['hmma']}, {first['ldsm']}, {first['ldgsts']} |")
    spills = [f"{arch} {name}" for arch, kernels in arches.items() for name, k in kernels.items()
              if k["spillStoreBytes"] + k["spillLoadBytes"] + k["stackBytes"] + k["local"] > 0]
    idle = [name for name, k in arches["sm_80"].items() if re.match(r"(linear|attention)_b?f16", name) and k["hmma"] == 0]
    conflicts = [row["kernel"] for row in counts if row["bankConflicts"] > 0]
    for what, found in (("spills", spills), ("no tensor-core instruction", idle), ("bank conflicts", conflicts)):
        if found:
            print(f"{what}: {', '.join(found)}", file=sys.stderr)
    sys.exit(1 if spills or idle or conflicts else 0)


main()
