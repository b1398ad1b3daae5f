"""A published set, and who signs it, for all tests of this folder."""

from pathlib import Path

import pytest
from archive.authority import ORGAN, Identity, identity
from conftest import XIAODUKOU
from published import publish


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish("built-in", XIAODUKOU, tmp_path_factory.mktemp("published") / "work")


@pytest.fixture(scope="session")
def root() -> Identity:
    return identity("测试用的证书颁发机构")


@pytest.fixture(scope="session")
def organ(root: Identity) -> Identity:
    return identity(ORGAN, root)
