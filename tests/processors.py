"""Run commands as on other processors: ``python tests/processors.py COMMAND...``.

The libraries choose their kernels by the processor, and with them the order of sums and so the
last digits. They can be told to use no more instructions than an older processor has.
"""

import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Iterable

#: What torch calls the instructions of a machine, in rising order; on arm64 it has other names.
_LEVELS = ("DEFAULT", "AVX2", "AVX512")

_ARM64 = {"ATEN_CPU_CAPABILITY": "default", "OPENBLAS_CORETYPE": "ARMV8"}
#: By name: the level it needs, the settings, and what numpy's features of later ones begin with.
_X86: dict[str, tuple[int, dict[str, str], tuple[str, ...]]] = {
    "x86-64": (
        0,
        {
            "ATEN_CPU_CAPABILITY": "default",
            "MKL_CBWR": "COMPATIBLE",
            "ONEDNN_MAX_CPU_ISA": "SSE41",
            "OPENBLAS_CORETYPE": "Prescott",
        },
        ("",),
    ),
    "haswell": (
        1,
        {
            "ATEN_CPU_CAPABILITY": "avx2",
            "MKL_ENABLE_INSTRUCTIONS": "AVX2",
            "ONEDNN_MAX_CPU_ISA": "AVX2",
            "OPENBLAS_CORETYPE": "Haswell",
        },
        ("AVX512", "X86_V4"),
    ),
    "skylake-x": (
        2,
        {
            "ATEN_CPU_CAPABILITY": "avx512",
            "MKL_ENABLE_INSTRUCTIONS": "AVX512",
            "ONEDNN_MAX_CPU_ISA": "AVX512_CORE",
            "OPENBLAS_CORETYPE": "SkylakeX",
        },
        ("AVX512_CLX", "AVX512_CNL", "AVX512_ICL", "AVX512_SPR"),
    ),
}


def processors(machine: str, level: str, features: Iterable[str]) -> dict[str, dict[str, str]]:
    """Environment variables of every processor that a machine can play, by name.

    Parameters
    ----------
    machine : str
        As `platform.machine` calls it.
    level : str
        As torch calls its instructions.
    features : iterable of str
        Those that numpy has kernels for and the machine has.
    """
    given = list(features)
    if machine in ("arm64", "aarch64"):
        declared = {"armv8": _without(_ARM64, given)}
    else:
        declared = {
            name: _without(settings, [f for f in given if f.startswith(later)])
            for name, (least, settings, later) in _X86.items()
            if level in _LEVELS[least:]
        }
    return declared | {"this one as it is": {}}


def _without(settings: dict[str, str], features: list[str]) -> dict[str, str]:
    """Settings that switch off some of numpy's features too; it warns of those it does not have."""
    return settings | ({"NPY_DISABLE_CPU_FEATURES": ",".join(features)} if features else {})


def _here() -> dict[str, dict[str, str]]:
    import torch
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    level = torch.backends.cpu.get_cpu_capability()
    return processors(
        platform.machine(), level, [f for f in __cpu_dispatch__ if __cpu_features__[f]]
    )


def main(commands: list[str]) -> int:
    """Run all commands on every processor, whatever fails, and say at the end what did."""
    failed = []
    for name, settings in _here().items():
        words = " ".join(f"{key}={value}" for key, value in settings.items())
        print(f"\n== processor: {name}", words, flush=True)
        for command in commands:
            if subprocess.call(shlex.split(command), env=os.environ | settings):
                failed.append(f"{name}: {command}")
    print("", *(f"failed on {what}" for what in failed), sep="\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
