"""Runs inside the kernel before each document: a clean namespace, the document's folder, the size of figures.

Sent as text and called once, so nothing of it is left when the first cell runs.
"""

# ruff: noqa: D103


def prepare(folder: str, changes: dict[str, str | None], figures: dict[str, object]) -> None:
    import gc
    import os
    import sys
    import warnings

    shell = get_ipython()  # type: ignore[name-defined]  # noqa: F821
    if not hasattr(shell, "publish_origin"):
        shell.publish_origin = dict(os.environ), list(sys.path), list(warnings.filters)
    origin_environment, origin_path, origin_filters = shell.publish_origin
    shell.reset(new_session=True)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(origin_environment)
    for name, value in changes.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    sys.path[:] = origin_path
    warnings.filters[:] = origin_filters  # type: ignore[index]

    size: dict[str, object] = {
        "figure.figsize": (figures["width"], figures["height"]),
        "figure.dpi": figures["dpi"],
        "savefig.dpi": "figure",
    }
    backend = shell.config.InlineBackend
    backend.figure_formats = set(figures["formats"])  # type: ignore[call-overload]
    backend.rc = size
    if "matplotlib.pyplot" in sys.modules:
        import matplotlib.pyplot as plt
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        plt.close("all")
        plt.rcdefaults()
        plt.switch_backend(os.environ.get("MPLBACKEND", "agg"))
        plt.rcParams.update(size)  # type: ignore[arg-type]
        set_matplotlib_formats(*figures["formats"])  # type: ignore[misc, no-untyped-call]
    if len(sys.modules) != getattr(shell, "publish_modules", 0):
        shell.publish_modules = len(sys.modules)
        gc.freeze()  # what is left are modules: the next wiping need not search them for garbage
