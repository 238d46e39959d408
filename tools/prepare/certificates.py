"""An authority of our own and the certificates that it signs: for a trial, and for tests of encrypted lines.

Production brings certificates of its own; nothing here is needed then.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tools.prepare.secrets import write_secret

_DAYS: Final = 90
_AUTHORITY_DAYS: Final = 3650
_A_DAY: Final = timedelta(days=1)


class Certificates(NamedTuple):
    """The files of a folder: whom clients trust, and what a server shows; `both` is key and certificate in one."""

    ca: Path
    certificate: Path
    key: Path
    both: Path

    @classmethod
    def within(cls, folder: Path) -> Certificates:
        """Name the files of a folder, whether or not they are there."""
        return cls(folder / "ca.pem", folder / "server.pem", folder / "server-key.pem", folder / "server-both.pem")


def make(folder: Path, hosts: Sequence[str], now: datetime) -> Certificates:
    """Sign a server's certificate for names and addresses, good for 90 days; the authority is made where there is none.

    Keys are for their owner's eyes. The authority's key stays in the folder: whoever has it can be every server.
    """
    files = Certificates.within(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority_key, authority = _authority(files.ca, folder / "ca-key.pem", now)
    key = ec.generate_private_key(ec.SECP256R1())
    signed = (
        _begun(_named(hosts[0]), authority.subject, key, now, _DAYS)
        .add_extension(x509.SubjectAlternativeName([_general(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    files.certificate.write_bytes(_pem(signed))
    write_secret(files.key, _private(key))
    write_secret(files.both, _private(key) + _pem(signed).decode())
    return files


def _authority(file: Path, key_file: Path, now: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    if file.exists():
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{key_file} is no key that was made here")
        return key, x509.load_pem_x509_certificate(file.read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    name = _named("Liuhen trial authority")
    made = (
        _begun(name, name, key, now, _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_SIGNS, critical=True)
        .sign(key, hashes.SHA256())
    )
    write_secret(key_file, _private(key))
    file.write_bytes(_pem(made))
    return key, made


_SIGNS: Final = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _A_DAY)
        .not_valid_after(now + days * _A_DAY)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _private(key: ec.EllipticCurvePrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
