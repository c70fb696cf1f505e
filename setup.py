"""The compiled build: the modules where the time goes as C, made by Cython from the very same files.

Without TWINBELL_COMPILE in the environment this adds nothing to pyproject.toml, which says everything else. A `.pxd`
beside a module gives types of C to the names in its loops. No number may differ from the interpreter's: nothing here
may contract or reorder arithmetic, and `make compiled-test` compares every byte
(docs/decisions/0014-compiled-build.md).
"""

import os

from setuptools import Extension, setup

HOT = (
    "benchmarks/cluster/ewma.py",
    "streams/assess.py",
    "streams/baselines.py",
    "streams/cloudevents.py",
    "streams/described.py",
    "streams/detectors/findings.py",
    "streams/detectors/l1.py",
    "streams/detectors/p1.py",
    "streams/detectors/v1.py",
    "streams/detectors/v2.py",
    "streams/engine.py",
    "streams/holding.py",
    "streams/observations.py",
    "streams/pipeline.py",
    "streams/processors.py",
    "streams/recent.py",
    "streams/relate.py",
    "streams/relations/base.py",
    "streams/relations/concentration.py",
    "streams/relations/mirror.py",
    "streams/relations/pairs.py",
    "streams/relations/partners.py",
    "streams/relations/selectivity.py",
    "streams/relations/surge.py",
    "streams/rings.py",
    "streams/silence.py",
    "streams/situations.py",
)
EXACT = ["-O3", "-g0", "-ffp-contract=off"]  # a multiplication and an addition are two roundings, on every processor
CORES = os.cpu_count() or 1


def extensions() -> list[Extension]:
    """What is compiled; nothing unless asked for."""
    if not os.environ.get("TWINBELL_COMPILE"):
        return []
    from Cython.Build import cythonize

    modules = [Extension(path.removesuffix(".py").replace("/", "."), [path], extra_compile_args=EXACT) for path in HOT]
    directives = {"language_level": "3", "annotation_typing": False}  # hints stay hints: a .pxd says what is a C type
    return cythonize(modules, build_dir="build/c", compiler_directives=directives, nthreads=CORES)


setup(ext_modules=extensions(), options={"build_ext": {"parallel": CORES}})
