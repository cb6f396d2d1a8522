"""Marks tests of the real language model, which the extra `meaning` installs."""

import os
from importlib.util import find_spec

import pytest

from index.vectors import model

INSTALLED = all(find_spec(name) for name in (*model._LIBRARIES, model._PACKAGE))
needs_the_extra = pytest.mark.skipif(  # where `make test-meaning` runs, it must be there
    not INSTALLED and "REVIEWS_MEANING" not in os.environ, reason="the extra `meaning` is not installed"
)
