"""TLS, users and permissions: the files of deploy/opensearch with the real security plugin of OpenSearch."""

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from corpus.errors import LimitHit, ReviewsError
from corpus.files import FileRecord
from corpus.settings import Settings
from corpus.storage.store import Store
from index.opensearch.access import Access
from index.opensearch.client import Action, Cluster
from index.opensearch.publishing.state import pointer
from index.opensearch.upkeep import Remote
from tests.index.conftest import report
from tests.opensearch.nodes import Missing, Nodes, fetch, java
from tests.patience import until

DEPLOY = Path(__file__).parent.parent.parent / "deploy" / "opensearch"
PLUGIN = "org.opensearch.security.OpenSearchSecurityPlugin"
PASSWORDS = {"reader": "read-only-test", "writer": "read-write-test"}
HASHES = {
    "reader": "$2y$12$VTqSvVrTcGNQam7dW4Z8fuTugRxI90VhUzzw6DrSFHAb.dCZ9/I0G",
    "writer": "$2y$12$I1srnYO0wvXR8foxel.DBueIOiterojQ2o2isqY/3eisg7e3hxbra",
}
"""Hashes made by the plugin's hash program."""


class Authority:
    """Signs certificates."""

    def __init__(self, folder: Path, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        basic = x509.BasicConstraints(ca=True, path_length=None)
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        made = self._draft(self._name, self._key).add_extension(basic, True).add_extension(usage, True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def _draft(self, name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )

    def sign(self, folder: Path, name: str) -> None:
        """Write node.pem and node.key for a node on the loopback address."""
        key = ec.generate_private_key(ec.SECP256R1())
        draft = self._draft(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key)
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        both = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        made = draft.add_extension(names, False).add_extension(both, False).sign(self._key, hashes.SHA256())
        (folder / "node.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / "node.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Nodes, Authority]]:
    """Yield a node with the security plugin, set up with the files of this project."""
    if "REVIEWS_OPENSEARCH" not in os.environ:
        pytest.skip("needs real nodes: make test-opensearch")
    try:
        java("2")
        jars = fetch("2")
    except Missing as missing:
        pytest.skip(str(missing))
    folder = tmp_path_factory.mktemp("secured")
    plugin = folder / "plugin"
    with zipfile.ZipFile(next(jars.glob("opensearch-security-*.zip"))) as files:
        wanted = [name for name in files.namelist() if name.endswith(".jar") and not (jars / name).exists()]
        files.extractall(plugin, wanted)
    ours = yaml.safe_load((DEPLOY / "opensearch.yml").read_text("utf-8"))
    settings = {
        name: value for name, value in ours.items() if name.startswith(("plugins.", "cluster.search.", "action."))
    }
    nodes = Nodes.make(folder / "nodes", line="2", nodes=1, settings=settings, plugins=[PLUGIN], more=plugin)
    authority = Authority(folder, "authority")
    config = nodes.folder / "n1" / "config"
    authority.sign(config, "os1")
    shutil.copy(authority.file, config / "ca.pem")
    shutil.copytree(DEPLOY / "security", config / "opensearch-security")
    users = config / "opensearch-security" / "internal_users.yml"
    listed = yaml.safe_load(users.read_text("utf-8"))
    for name, hashed in HASHES.items():
        listed[name]["hash"] = hashed
    users.write_text(json.dumps(listed), "utf-8")
    nodes.urls = [url.replace("http://", "https://") for url in nodes.urls]
    nodes.start(1)
    try:
        cluster = Cluster(access(nodes, authority, "reader"))
        until(lambda: signs_in(cluster), lambda: nodes.alive(1))
        cluster.close()
        yield nodes, authority
    finally:
        nodes.end()


def access(nodes: Nodes, authority: Authority, user: str) -> Access:
    return Access(tuple(nodes.urls), authority.file, user, PASSWORDS.get(user, ""))


def signs_in(cluster: Cluster) -> bool:
    try:
        return bool(cluster.version())
    except ReviewsError:
        return False


def as_user(secured: tuple[Nodes, Authority], user: str, folder: Path) -> Settings:
    nodes, authority = secured
    password = folder / f"password-{user}"
    password.write_text(PASSWORDS[user])
    password.chmod(0o600)
    values: dict[str, Any] = {"opensearch_ca": authority.file, "opensearch_password_file": password}
    url = tuple(nodes.urls)
    return Settings(library=folder, engine="opensearch", opensearch_url=url, opensearch_user=user, **values)


def test_the_writer_publishes_checks_and_removes_and_the_reader_reads(
    secured: tuple[Nodes, Authority], tmp_path: Path
) -> None:
    writing = as_user(secured, "writer", tmp_path)
    settings = Settings(**{**fields(writing), "opensearch_replicas": 0})
    reading = Cluster(access(*secured, "reader"))
    with Store.open(tmp_path / "corpus.db", create=True) as store:
        for name in ("one", "two"):
            text = report(name, [f"Report {name} saw neglect."])
            store.put(text, FileRecord(f"{name}.pdf", 1, 1, text.id))
        upkeep = Remote(settings)
        upkeep.build(store)
        state = pointer(reading, settings).read()
        assert reading.count(state.indices, state.query()) == 2
        assert reading.msearch(state.indices, [{"query": state.query()}])[0]["hits"]["total"]["value"] == 2
        assert upkeep.check(store, full=True) == []
        store.remove(text.id, "a request")
        upkeep.build(store, clean=True)
        upkeep.keep_only_current()
        assert upkeep.build(store, rebuild=True)
        state = pointer(reading, settings).read()
        assert reading.count(state.indices, state.query()) == 1
        for forbidden in (
            lambda: reading.delete_index(state.indices),
            lambda: reading.put(pointer(reading, settings).index, "current", {}, over=None),
            lambda: reading.bulk([Action("delete", state.indices, "any")]),
            lambda: reading.create("reviews-another", {}),
            lambda: reading.count(".opendistro_security", {"match_all": {}}),
            lambda: Cluster(access(*secured, "writer")).create("another", {}),
        ):
            with pytest.raises(LimitHit, match="does not allow the user"):
                forbidden()
    reading.close()


def fields(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__dataclass_fields__}


def test_a_wrong_password_is_refused_and_in_no_message(secured: tuple[Nodes, Authority]) -> None:
    nodes, authority = secured
    cluster = Cluster(Access(tuple(nodes.urls), authority.file, "reader", "swordfish"))
    with pytest.raises(LimitHit, match="does not accept the user") as raised:
        cluster.version()
    assert "swordfish" not in str(raised.value)


def test_a_certificate_of_another_authority_is_refused_before_anything_is_sent(
    secured: tuple[Nodes, Authority], tmp_path: Path
) -> None:
    nodes, _ = secured
    other = Authority(tmp_path, "other")
    for certificates in (other.file, None):
        cluster = Cluster(Access(tuple(nodes.urls), certificates, "reader", PASSWORDS["reader"]))
        with pytest.raises(LimitHit, match="certificate"):
            cluster.version()


def test_a_certificate_for_another_name_is_refused(secured: tuple[Nodes, Authority]) -> None:
    nodes, authority = secured
    urls = tuple(url.replace("127.0.0.1", "localhost") for url in nodes.urls)
    with pytest.raises(LimitHit, match="certificate"):
        Cluster(Access(urls, authority.file, "reader", PASSWORDS["reader"])).version()


def test_the_log_of_the_node_holds_no_query(secured: tuple[Nodes, Authority], tmp_path: Path) -> None:
    nodes, authority = secured
    reading = Cluster(access(nodes, authority, "reader"))
    state = pointer(reading, as_user(secured, "writer", tmp_path)).read()
    reading.count(state.indices, {"match_phrase": {"t": "unmistakable"}})
    with pytest.raises(ReviewsError):
        reading.count(state.indices, {"unmistakable": {"t": "unmistakable"}})
    logs = [path.read_text("utf-8") for path in nodes.data() if path.suffix in (".log", ".out")]
    assert any("started" in log for log in logs)
    assert not any("unmistakable" in log for log in logs)
