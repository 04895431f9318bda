"""The commands of the library: add, correct, versions, diff, remove, restore. They parse and print, nothing else."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.telling import in_terminal, told
from index.records import InputError, TradeAssistantError

if TYPE_CHECKING:
    from assistant.collection import Library

Command = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
"""Makes the parser of a command from its name, what it runs, and its help."""

_NAMES = {
    "标题": "title", "题名": "title", "文号": "number", "发文字号": "number", "发文机关": "issuer", "发文单位": "issuer", "机关": "issuer",
    "地区": "region", "日期": "issued", "成文日期": "issued", "发布日期": "issued", "类别": "kind", "条号": "number", "条标题": "heading",
    "责任单位": "responsible",
}  # fmt: skip


def add_commands(command: Command, library: Callable[[argparse.Namespace], Library]) -> None:
    """Define the commands; ``library`` opens the one that the arguments mean."""

    def define(name: str, action: Callable[[Library, argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
        return command(name, lambda arguments: action(library(arguments), arguments), help)

    add = define("add", _add, "把文件或文件夹加入资料库 / keep files or folders in the library")
    add.add_argument("paths", nargs="+", type=Path, metavar="FILE|FOLDER", help="文件或文件夹 / files or folders")
    add.add_argument("--preview", action="store_true", help="只看读出了什么，不保存 / show what is understood, keep nothing")
    add.add_argument("--as", dest="replaces", metavar="DOC", help="作为这份文件的新版本 / as a new version of this document")
    add.add_argument("--separate", action="store_true", help="作为另一份文件，不与已有的合并 / as a document of its own")
    add.add_argument(
        "--set", dest="facts", action="append", default=[], metavar="NAME=VALUE", help="同时改正，如 地区=苏州 / correct at once"
    )
    add.add_argument("--json", action="store_true", help="输出 JSON / print JSON")

    correct = define("correct", _correct, "改正读错的信息 / correct what was misread")
    _document(correct)
    names = "title, number, issuer, region, issued（标题、文号、机关、地区、日期）；留空即未写明；reset 撤销全部改正 / empty: not stated; reset: take all back"
    correct.add_argument("facts", nargs="+", metavar="NAME=VALUE", help=names)
    of_clause = (
        "改正一条：条号，或一段开头的几个字；kind=clause 从这一段另起一条，kind= 并入前一条，number、heading、responsible（责任单位）照原文写，reset 恢复 / "
        "correct a clause: its number or the first words of a paragraph; kind=clause begins a clause there, kind= joins it with the one before"
    )
    correct.add_argument("--clause", metavar="NUMBER|WORDS", help=of_clause)

    versions = define("versions", _versions, "列出一份文件的各个版本 / list the versions of a document")
    _document(versions)
    versions.add_argument("--json", action="store_true", help="输出 JSON / print JSON")

    diff = define("diff", _diff, "两个版本的差异 / what changed between two versions")
    _document(diff)
    diff.add_argument(
        "versions", nargs="*", metavar="N", help="版本号，默认当前版与前一版 / versions; default the current one and the one before"
    )

    remove = define("remove", _remove, "移出资料库（可恢复） / take documents out of the answers; they can be restored")
    remove.add_argument("documents", nargs="+", metavar="DOC", help="编号、标题或文号 / id, title or 文号")

    documents = define("documents", _documents, "列出资料库里的文件，或一份文件的结构 / list the documents, or the structure of one")
    documents.add_argument("document", nargs="?", metavar="DOC", help="只看这一份，连同条款 / this one with its clauses")
    documents.add_argument("--removed", action="store_true", help="连同已移除的 / removed ones too")
    documents.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    documents.add_argument(
        "--documents", type=Path, nargs="+", metavar="PATH", default=[], help="只看这些文件或文件夹 / read these instead of the library"
    )

    export = define("export", _export, "把整个资料库写成一个文件 / write the whole library into one file")
    export.add_argument("file", type=Path, metavar="FILE", help="ZIP 文件，不能已存在 / a zip that is not there yet")

    import_ = define("import", _import, "并入 export 写出的资料库 / add what export wrote to the library")
    import_.add_argument("file", type=Path, metavar="FILE", help="export 写出的文件 / a file that export wrote")

    restore = define("restore", _restore, "恢复已移除的文件或旧版本 / bring a removed document, or an older version, back")
    _document(restore)
    restore.add_argument("--version", metavar="N", help="改用这一版作答 / answer from this version")


def _document(command: argparse.ArgumentParser) -> None:
    command.add_argument("document", metavar="DOC", help="编号、标题或文号，见 documents / id, title or 文号, see documents")


# ---- add


def _add(library: Library, arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from assistant.collection.display import OUTCOMES, as_json, as_text

    facts = _facts(arguments.facts)
    files = list(dict.fromkeys(_files(arguments.paths)))
    if (arguments.replaces or facts) and len(files) != 1:
        raise InputError("--as 和 --set 一次只用于一个文件", "--as and --set go with one file at a time")
    act = library.preview if arguments.preview else library.add
    counts: Counter[str] = Counter()
    failed: list[tuple[Path, str]] = []
    for file in tqdm(files, desc="add", file=sys.stderr, leave=False, disable=None if len(files) > 1 else True):
        try:
            added = act(file, replaces=arguments.replaces, separate=arguments.separate, facts=facts)
        except TradeAssistantError as error:
            failed.append((file, told(error)))
            continue
        counts[added.outcome] += 1
        current = library.version(added.document.id).number if added.outcome == "duplicate" else added.version
        line = as_json(file, added) if arguments.json else as_text(file, added, arguments.preview, current)
        tqdm.write(line, file=sys.stdout)
    if len(files) > 1:
        zh = "，".join(f"{OUTCOMES[name][0]} {n}" for name, n in counts.items())
        en = ", ".join(f"{OUTCOMES[name][1]}: {n}" for name, n in counts.items())
        print(
            in_terminal(f"共 {len(files)} 个文件：{zh}；失败 {len(failed)}", f"{len(files)} files: {en}; failed: {len(failed)}"),
            file=sys.stderr,
        )
    for file, why in failed:
        print(why if str(file) in why else f"{file}: {why}", file=sys.stderr)
    return 2 if failed else 0


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    from index.readers.file import SUFFIXES

    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(f for f in path.rglob("*") if f.suffix.lower() in SUFFIXES and f.is_file() and not _hidden(f.relative_to(path)))
        if not found:
            raise InputError(
                f"文件夹里没有可读的文件（{'、'.join(SUFFIXES)}）：{path}", f"no file that can be read ({', '.join(SUFFIXES)}) in {path}"
            )
        yield from found


# ---- the others


def _hidden(file: Path) -> bool:
    """Hidden files and folders, and what Word keeps while a file is open."""
    return any(part.startswith((".", "~$")) for part in file.parts)


def _facts(given: Sequence[str]) -> dict[str, str | None]:
    facts: dict[str, str | None] = {}
    for fact in given:
        name, equals, value = fact.replace("＝", "=", 1).partition("=")
        if not equals:
            raise InputError(f"应写成 名称=值，例如 地区=苏州，不是 {fact!r}", f"write NAME=VALUE, for example region=苏州, not {fact!r}")
        name = name.strip()
        facts[_NAMES.get(name, name)] = value.strip() or None
    return facts


def _correct(library: Library, arguments: argparse.Namespace) -> int:
    from assistant.collection.display import corrections, stated, tree

    back = arguments.facts == ["reset"]
    if arguments.clause:
        document = library.correct_part(arguments.document, arguments.clause, None if back else _facts(arguments.facts))
    elif back:
        document = library.reset(arguments.document)
    else:
        document = library.correct(arguments.document, _facts(arguments.facts))
    clauses = [*tree(document), *corrections(library.corrected_parts(document.id))] if arguments.clause else []
    print("\n".join([document.id, *stated(document), *clauses]))
    return 0


def _versions(library: Library, arguments: argparse.Namespace) -> int:
    versions = library.versions(arguments.document)
    for version in versions:
        if arguments.json:
            print(json.dumps(asdict(version), ensure_ascii=False))
            continue
        pages = f" {len(version.pages)} 页 / pages" if version.pages else ""
        print(f"{'*' if version.current else ' '} v{version.number} {version.added} {version.name}{pages}\n    {version.source}")
    return 0


def _number(text: str) -> int:
    if not text.removeprefix("v").isdecimal():
        raise InputError(f"版本号是一个整数，不是 {text!r}，见 versions", f"a version is a whole number, not {text!r}; see versions")
    return int(text.removeprefix("v"))


def _diff(library: Library, arguments: argparse.Namespace) -> int:
    from assistant.collection.difference import difference, shown
    from assistant.collection.display import LABELS, said

    numbers = [_number(n) for n in arguments.versions]
    there = library.versions(arguments.document)
    current = next(v.number for v in there if v.current)
    if not numbers and len(there) == 1:
        print(in_terminal("只有一个版本", "there is one version only"), file=sys.stderr)
        return 0
    if not numbers:
        numbers = [max((v.number for v in there if v.number < current), default=there[-1].number), current]
    elif len(numbers) == 1:
        numbers.append(current)
    elif len(numbers) > 2:
        raise InputError("只能比较两个版本", "two versions can be compared, not more")
    old, new = (library.document(arguments.document, n) for n in numbers)
    changes = shown(old, new, difference(old.text, new.text))
    print(f"{new.id} v{numbers[0]} → v{numbers[1]}")
    for field, words in LABELS.items():
        before, after = (getattr(document, field) if field != "parts" else None for document in (old, new))
        if before != after:
            print(f"{said(*words)}: {before or '—'} → {after or '—'}")
    for label, line in changes:
        print(f"\n{label}\n{line}")
    if not changes:
        print(in_terminal("文字没有差异", "the texts do not differ"))
    return 0


def _remove(library: Library, arguments: argparse.Namespace) -> int:
    found = list(dict.fromkeys(library.find(name) for name in arguments.documents))  # all names are checked before anything is changed
    out = {entry.id for entry in library.entries(removed=True) if entry.removed}
    for name in found:
        if name in out:
            print(in_terminal(f"早已移除：{name}", f"was removed already: {name}"))
            continue
        library.remove(name)
        print(
            in_terminal(
                f"已移除：{name}（恢复：python -m assistant restore {name}）",
                f"removed: {name} (to undo: python -m assistant restore {name})",
            )
        )
    return 0


def _restore(library: Library, arguments: argparse.Namespace) -> int:
    version = _number(arguments.version) if arguments.version else None
    entry = next(e for e in library.entries(removed=True) if e.id == library.find(arguments.document))
    if not entry.removed and version in (None, entry.version):
        told = in_terminal(
            f"{entry.id} 没有移除，现用第 {entry.version} 版", f"{entry.id} was not removed; answers come from version {entry.version}"
        )
        print(told)
        return 0
    name = library.restore(entry.id, version)
    print(in_terminal(f"已恢复：{name} v{version or entry.version}", f"restored: {name} v{version or entry.version}"))
    return 0


def _documents(library: Library, arguments: argparse.Namespace) -> int:
    from assistant.answer import structure_dict
    from assistant.collection.display import corrections, entry_line, stated, summary, tree
    from index.read import read_documents

    if arguments.documents:
        if arguments.document:
            raise InputError("DOC 和 --documents 只能给一个", "give DOC or --documents, not both")
        shown = [(document, document.source, list[str]()) for document in read_documents(arguments.documents)]
    else:
        known = {e.id: e for e in library.entries(removed=True)}
        wanted = [library.find(arguments.document)] if arguments.document else [e.id for e in library.entries(removed=arguments.removed)]
        shown = [
            (library.document(name), f"{entry_line(known[name])}\n  {known[name].source}", corrections(library.corrected_parts(name)))
            for name in wanted
        ]
    if arguments.json:
        print(json.dumps([structure_dict(document) for document, *_ in shown], ensure_ascii=False))
        return 0
    for document, head, corrected in shown:
        whole = arguments.documents or arguments.document
        print("\n".join([head, *([*stated(document), *tree(document), *corrected] if whole else [f"  {summary(document)}"])]))
    return 0


def _export(library: Library, arguments: argparse.Namespace) -> int:
    from assistant.collection.display import said

    missing = library.export(arguments.file)
    print(f"{len(library.entries(removed=True))} {said('份文件', 'documents')} → {arguments.file}")
    if missing:
        print(
            in_terminal(f"{missing} 个原文件不见了，只写入了文字", f"{missing} originals are gone; their texts were written"),
            file=sys.stderr,
        )
    return 0


def _import(library: Library, arguments: argparse.Namespace) -> int:
    from assistant.collection.display import said

    told = library.import_(arguments.file)
    for names, words in ((told.new, ("新文件", "new documents")), (told.changed, ("有更新", "changed")), (told.same, ("相同", "the same"))):
        print(f"{said(*words)}: {len(names)}{f'  {chr(44).join(names[:20])}' if names and names != told.same else ''}")
    return 0
