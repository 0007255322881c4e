"""Imports: a file from its upload to its report, and back; admins only."""

from metrics.views.imports.act import (
    imports_again,
    imports_apply,
    imports_columns,
    imports_discard,
    imports_undo,
)
from metrics.views.imports.batch import imports_batch
from metrics.views.imports.file import imports_file
from metrics.views.imports.listed import imports, imports_csv
from metrics.views.imports.new import (
    imports_new,
    imports_source,
    imports_template,
    imports_upload,
)

__all__ = [
    "imports",
    "imports_again",
    "imports_apply",
    "imports_batch",
    "imports_columns",
    "imports_csv",
    "imports_discard",
    "imports_file",
    "imports_new",
    "imports_source",
    "imports_template",
    "imports_undo",
    "imports_upload",
]
