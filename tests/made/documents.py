"""Small documents in binary formats, made here so that what is in them can be read."""

import gzip
import io
import tarfile
import zipfile


def pdf(pages, properties="/Title(Ferry report)/Author(Ann Lee)/CreationDate(D:20250318095000Z)"):
    """Return a PDF with the lines of each page as its text."""
    objects = [b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    root = 2 + 2 * len(pages)
    kids = []
    for lines in pages:
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        content = f"BT /F1 12 Tf 72 720 Td 14 TL {shown} ET".encode("latin-1")
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 1 0 R>>>>"
            b"/Contents %d 0 R>>" % (root, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects.append(b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids)))
    objects.append(b"<</Type/Catalog/Pages %d 0 R>>" % root)
    objects.append(f"<<{properties}>>".encode())
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    n = len(objects) + 1
    start = b"xref\n0 %d\n0000000000 65535 f \n%s" % (n, table)
    end = b"trailer<</Size %d/Root %d 0 R/Info %d 0 R>>\n" % (n, root + 1, root + 2)
    return out + start + end + b"startxref\n%d\n%%%%EOF" % len(out)


def zip_of(members):
    """Return a zip of the members, {name: content}."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tar_of(members, links=(), *, packed=True):
    """Return a tar of the members and of symbolic links, {name: content} and (name, target)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz" if packed else "w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name, target in links:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return out.getvalue()


def warc_record(url, body, kind="text/html", status="200 OK", *, packed=False):
    """Return one stored answer of a web server."""
    body = gzip.compress(body) if packed else body
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    head += "Content-Encoding: gzip\r\n" if packed else ""
    answer = head.encode() + b"\r\n" + body
    return (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
        "WARC-Date: 2025-03-19T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    ).encode() + answer + b"\r\n\r\n"  # fmt: skip
