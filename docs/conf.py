"""Sphinx settings of the documentation site; ``make docs`` writes it to build/docs.

Nothing here may ask the network for anything: fonts are the system's, formulas are
MathML, and no inventory of another project is fetched.
"""

import os
import tomllib
import warnings
from pathlib import Path


os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

project = "gradlab"
author = "the gradlab authors"
release = PROJECT["project"]["version"]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_gallery.gen_gallery",
    "docs.accessible",
    "docs.docstrings",
    "docs.mathml",
]

source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["pictures"]
templates_path = ["templates"]
default_role = "code"
smartquotes = False  # --load is an option, not a dash
highlight_language = "text"

myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"  # of parameters that the docstring names
autodoc_typehints_description_target = "documented"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = [("Class attributes", "Attributes")]

sphinx_gallery_conf = {
    "examples_dirs": ["pictures"],
    "gallery_dirs": ["gallery"],
    "filename_pattern": "/",
    "within_subsection_order": "FileNameSortKey",
    "remove_config_comments": True,
    "download_all_examples": False,
    "show_signature": False,
    "show_memory": False,
    "min_reported_time": 3600,
    "write_computation_times": False,
    "abort_on_example_error": True,
    "reset_modules": ("matplotlib", "docs.look.set_look"),
    "thumbnail_size": (640, 400),
    "plot_gallery": "True",
}
warnings.filterwarnings("ignore", message=".*FigureCanvasAgg is non-interactive")

html_theme = "furo"
html_title = "gradlab"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_extra_path = ["../reports/example/report.html"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0b5394",
        "color-brand-content": "#0b5394",
    },
    "dark_css_variables": {
        "color-brand-primary": "#8ab8f0",
        "color-brand-content": "#8ab8f0",
    },
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
