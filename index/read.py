"""Files → documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from index.facts import facts
from index.readers.file import SUFFIXES, read_file
from index.readers.reading import Stated
from index.records import Document, InputError
from index.split import split

_NOTHING = Stated()


def read_documents(paths: Iterable[Path], root: Path | None = None) -> list[Document]:
    """Read files and folders (searched for every format that is read) in order of path.

    ``root`` is the folder that the shown source is relative to; without it a file is shown as given.
    Raises InputError where a path does not exist or nothing is found, DocumentError where a file cannot be read.
    """
    documents: list[Document] = []
    for path in paths:
        if not path.exists():
            raise InputError(f"没有这个文件或文件夹：{path}", f"no such file or folder: {path}")
        files = sorted(f for f in path.rglob("*") if f.suffix.lower() in SUFFIXES and f.is_file()) if path.is_dir() else [path]
        stems = Counter(file.with_suffix("") for file in files)
        for file in files:
            shown = file.relative_to(root) if root and file.is_relative_to(root) else file
            within = file.relative_to(path) if path.is_dir() else Path(file.name)
            # notice.pdf beside notice.txt: the format is a part of the name
            name = within.with_suffix("") if stems[file.with_suffix("")] == 1 else within
            read = read_file(file)
            documents.append(parse(read.text, source=shown.as_posix(), name=name.as_posix(), stated=read.stated))
    if not documents:
        where = ", ".join(str(p) for p in paths)
        raise InputError(
            f"没有找到可读的文件（{'、'.join(SUFFIXES)}）：{where}", f"no file that can be read ({', '.join(SUFFIXES)}): {where}"
        )
    seen: dict[str, str] = {}
    for document in documents:
        if document.id in seen:
            raise InputError(
                f"两个文件同名（{document.id}），请改名：{seen[document.id]}、{document.source}",
                f"two files share the name {document.id!r}, rename one: {seen[document.id]}, {document.source}",
            )
        seen[document.id] = document.source
    return documents


def parse(text: str, source: str, name: str, stated: Stated = _NOTHING) -> Document:
    """A document of ``text`` with its parts and facts; ``name`` becomes its id. Never raises on any text.

    ``stated`` is what the file states beside its text; it counts where the text states nothing.
    """
    parts = split(name, text)
    found = facts(text, parts)
    return Document(
        id=name,
        source=source,
        text=text,
        title=found.title or stated.title,
        number=found.number or stated.number,
        issuer=found.issuer or stated.issuer,
        region=found.region,
        issued=found.issued or stated.issued,
        status=found.status,
        status_span=found.status_span,
        addressees=found.addressees,
        contact=found.contact,
        attachment_title=found.attachment_title,
        parts=parts,
    )
