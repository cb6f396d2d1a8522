"""Encrypt a demonstration report with a password."""

import hashlib
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFObject


def aes(password: str) -> Any:
    """Return AES-128 encryption (revision 4) whose initialisation vectors come from object numbers, so that the bytes
    never vary.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from reportlab.lib.pdfencrypt import StandardEncryption, hexText
    from reportlab.pdfbase.pdfdoc import DummyDoc

    class Dictionary(PDFObject):
        __RefOnly__ = 1

        def __init__(self, values: dict[str, Any]) -> None:
            self.values = values

        def format(self, document: Any) -> Any:
            return PDFDictionary(self.values).format(DummyDoc())

    class Encryption(StandardEncryption):
        def encode(self, data: Any) -> bytes:
            raw = data if isinstance(data, bytes) else data.encode("latin-1")
            name = self.objnum.to_bytes(4, "little")[:3] + self.version.to_bytes(2, "little")
            key = hashlib.md5(self.key + name + b"sAlT", usedforsecurity=False).digest()
            vector = hashlib.md5(b"demonstration" + name, usedforsecurity=False).digest()
            pad = 16 - len(raw) % 16
            cipher = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
            return vector + cipher.update(raw + bytes([pad]) * pad) + cipher.finalize()

        def info(self) -> Any:
            crypt = {"CFM": PDFName("AESV2"), "Length": 16, "AuthEvent": PDFName("DocOpen")}
            values = {
                "Filter": PDFName("Standard"),
                "V": 4,
                "R": 4,
                "Length": 128,
                "O": hexText(self.O),
                "U": hexText(self.U),
                "P": self.P,
            }
            names = {
                "CF": PDFDictionary({"StdCF": PDFDictionary(crypt)}),
                "StmF": PDFName("StdCF"),
                "StrF": PDFName("StdCF"),
            }
            return Dictionary({**values, **names})

    return Encryption(password, ownerPassword=f"{password} of the owner", strength=128)
