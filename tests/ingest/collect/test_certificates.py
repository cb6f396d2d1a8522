"""A site receives requests only if its certificate is trusted."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.collect.sources import Source
from tests.ingest.collect.conftest import Nights
from tests.ingest.collect.web import Web

pytest.importorskip("scrapy", reason="the extra `collect` is not installed")
x509 = pytest.importorskip("cryptography.x509")

HOST = "www.secure.example"


def certificate(folder: Path, host: str) -> Path:
    """Return a self-signed certificate with its key, in one file."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, plain = folder / f"{host}.pem", serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem))
    return file


@pytest.mark.parametrize(
    ("named", "trusted", "trouble"),
    [(HOST, True, None), (HOST, False, "certificate"), ("www.other.example", True, "certificate")],
    ids=["trusted", "not trusted", "of another name"],
)
def test_certificates_are_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, trusted: bool, trouble: str | None
) -> None:
    file = certificate(tmp_path, named)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    secure = Web(context)
    with secure.served():
        nights = Nights(tmp_path / "library", secure)
        url = secure.page(f"{HOST}/", "<h1>Reviews</h1>").replace("http://", "https://")
        night = nights.run([Source("Secure", url)])
    assert [each.trouble.value for each in night.done.failures] == ([trouble] if trouble else [])
    assert [each.host for each in night.asked] == ([] if trouble else [HOST])
