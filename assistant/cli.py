"""Command line: parses and prints, nothing else. Results on stdout, complaints on stderr, exit code 2 for bad input."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from assistant.collection.commands import add_commands
from assistant.telling import findings, in_terminal, told
from index.records import InputError, TradeAssistantError

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.chat import Assistant
    from assistant.collection import Library
    from assistant.settings import Settings

_EXAMPLES = """\
例 / examples:
  python -m assistant ask "小微企业投保出口信用保险有什么补贴"
  python -m assistant ask "what insurance subsidy applies to small exporters" --json
  python -m assistant ask                          （对话 / a conversation in the terminal）
  python -m assistant search 出口退税 --region 威海 --top-k 5
  python -m assistant batch questions.jsonl -o answers.jsonl
  python -m assistant documents --documents notice.txt
  python -m assistant build --model path/to/model
  python -m assistant evaluate questions.xlsx -o runs/today
  python -m assistant evaluate compare runs/before runs/today
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code: 0, or 2 for bad input and for an index that cannot be used."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except TradeAssistantError as error:
        print(told(error), file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m assistant",
        description="外贸政策问答：逐字引用原文作答 / answers on Chinese trade policy with quoted source clauses",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    ask = _command(commands, "ask", _ask, "回答一个问题；不给问题则进入对话 / answer a question; without one, start a conversation")
    ask.add_argument("question", nargs="?", help="问题 / the question")
    ask.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD", help="按哪一天判断效力，默认今天 / day that validity is judged for")
    _scope(ask)

    search = _command(commands, "search", _search, "查条款，不作答 / find clauses without composing an answer")
    search.add_argument("query", help="要找的内容 / what to look for")
    _scope(search, top_k=10)

    batch = _command(commands, "batch", _batch, "回答一个文件里的全部问题 / answer all questions of a JSONL file")
    batch.add_argument("questions", type=Path, help='JSONL：{"id", "question"} 或 {"id", "turns": […]}')
    batch.add_argument("-o", "--output", type=Path, required=True, help="结果文件 / file for the answers")
    batch.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD", help="按哪一天判断效力 / day that validity is judged for")

    _command(commands, "build", _build, "重建索引 / build the index anew")

    _evaluate_arguments(_command(commands, "evaluate", _evaluate, "评测题集，比较两次评测 / run a question set; compare two runs"))
    _feedback_arguments(_command(commands, "feedback", _feedback, "查看和导出用户反馈 / list and export what users said of answers"))

    add_commands(lambda name, run, help: _command(commands, name, run, help), _library)
    mcp = _command(commands, "mcp", _mcp, "以 MCP 经标准输入输出提供服务 / serve MCP over stdin and stdout")
    settings = _command(
        commands, "settings", _list_settings, "列出全部设置、当前值和来源 / list all settings, their values and where these come from"
    )
    for command in (ask, search, settings):
        command.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    for command in (ask, search, batch, mcp):
        command.add_argument(
            "--documents", type=Path, nargs="+", metavar="PATH", default=[], help="只用这些文件或文件夹 / use these instead of the library"
        )
    return parser


def _command(commands: Any, name: str, run: Any, help: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=help, description=help, epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.set_defaults(run=run)
    command.add_argument("--model", help="编码模型：文件夹或名称 / encoder: a sentence-transformers folder or hub name")
    command.add_argument("--store", metavar="ADDRESS", help="在 Milvus 里检索 / search in Milvus: milvus+http://host:19530, milvus+FILE.db")
    command.add_argument("--index", type=Path, metavar="PATH", help="数据文件夹 / data folder (default: ASSISTANT_DATA)")
    return command


def _scope(command: argparse.ArgumentParser, top_k: int | None = None) -> None:
    command.add_argument("--region", help="只看一个地区 / keep to one region")
    command.add_argument("--top-k", type=_count, default=top_k, metavar="N", help="最多几条 / at most so many quotes")


def _evaluate_arguments(evaluate: argparse.ArgumentParser) -> None:
    either = "题集（文件或文件夹），或 compare 和两次评测 / a set, or compare and two runs"
    evaluate.add_argument("what", nargs="+", metavar="SET | compare A B", help=either)
    place = "结果文件夹；compare 时为 HTML 文件 / folder of the run; with compare an HTML file"
    evaluate.add_argument("-o", "--output", type=Path, metavar="RUN", help=place)
    evaluate.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD", help="按哪一天判断效力，默认今天 / day that validity is judged for")
    evaluate.add_argument(
        "--documents", type=Path, nargs="+", metavar="PATH", default=[], help="只用这些文件 / use these instead of the library"
    )
    evaluate.add_argument("--own-documents", action="store_true", help="用题集自带的原文（BEIR、SQuAD、CMRC） / use the set's own texts")
    evaluate.add_argument("--check", action="store_true", help="只检查题集，不运行 / check the set only")
    evaluate.add_argument("--depth", type=_count, default=50, metavar="N", help="检索多少句，默认 50 / sentences retrieved")
    evaluate.add_argument("--jobs", type=_jobs, default=0, metavar="N", help="进程数，默认按题数 / processes (default: by the size)")
    evaluate.add_argument("--restart", action="store_true", help="不接着上次，重新开始 / start anew instead of going on")
    evaluate.add_argument("--baseline", type=Path, metavar="RUN", help="与它相比，退步则返回 1 / exit 1 where it got worse")
    evaluate.add_argument("--tolerance", type=_share, default=0.02, metavar="X", help="容许的退步，默认 0.02 / accepted loss")
    evaluate.add_argument(
        "--lang",
        "--report-language",
        dest="report_language",
        choices=("zh", "en"),
        help="语言，默认按终端 / language (default: the terminal's)",
    )
    evaluate.add_argument("--json", action="store_true", help="比较结果输出 JSON / print a comparison as JSON")


def _feedback_arguments(feedback: argparse.ArgumentParser) -> None:
    feedback.add_argument("what", choices=("list", "export", "clear"), help="列出、导出为题集、清空 / list, export, delete all")
    feedback.add_argument("-o", "--output", type=Path, metavar="FILE", help="导出的 JSONL / file of the question set")
    feedback.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def _wrong_argument(zh: str, en: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(in_terminal(zh, en))


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise _wrong_argument(f"日期应写成 YYYY-MM-DD，不是 {text!r}", f"a date is written YYYY-MM-DD, not {text!r}") from None


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise _wrong_argument(f"应是正整数，不是 {text!r}", f"must be a whole number from 1, not {text!r}")
    return int(text)


def _jobs(text: str) -> int:
    return 0 if text == "0" else _count(text)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise _wrong_argument(f"应在 0 到 1 之间，不是 {text!r}", f"must lie between 0 and 1, not {text!r}")
    return value


def _settings(arguments: argparse.Namespace) -> Settings:
    from pydantic import ValidationError

    from assistant.settings import Settings

    given = {"model": arguments.model, "data": arguments.index, "store": arguments.store}
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        zh, en = findings(error.errors(), "ASSISTANT_")
        raise InputError(f"设置有误：{zh}", f"bad settings: {en}") from None


def _library(arguments: argparse.Namespace) -> Library:
    from assistant.collection import Library

    return Library(_settings(arguments).data)


def _open(arguments: argparse.Namespace) -> Assistant:
    from assistant.chat import Assistant

    with progress_bar("建立索引 / indexing") as progress:
        return Assistant.open(_settings(arguments), arguments.documents, progress)


@contextlib.contextmanager
def progress_bar(label: str) -> Iterator[Any]:
    """A function (done, total) that draws a bar on stderr, from its first call on."""
    from tqdm import tqdm

    bar: Any = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            bar = tqdm(total=total, desc=label, file=sys.stderr, leave=False)
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        if bar is not None:
            bar.close()


def _ask(arguments: argparse.Namespace) -> int:
    assistant = _open(arguments)
    if arguments.question is None:
        return _converse(assistant, arguments)
    answer = assistant.ask(arguments.question, region=arguments.region, as_of=arguments.as_of, top_k=arguments.top_k)
    _show(answer, arguments.json)
    return 0


def _converse(assistant: Assistant, arguments: argparse.Namespace) -> int:
    """A conversation: one question a line until the input ends or 退出 / quit."""
    earlier: list[str] = []
    if sys.stdin.isatty():
        print(in_terminal("请提问（退出：quit 或 Ctrl-D）", "ask a question (leave: quit or Ctrl-D)"), file=sys.stderr)
    while True:
        if sys.stdin.isatty():
            print("> ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line or line.strip().lower() in ("退出", "quit", "exit", "q"):
            return 0
        if line.strip():
            answer = assistant.ask(line.strip(), earlier, region=arguments.region, as_of=arguments.as_of, top_k=arguments.top_k)
            _show(answer, arguments.json)
            earlier.append(line.strip())


def _show(answer: Answer, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer.to_dict(), ensure_ascii=False), flush=True)
        return
    from assistant.answer import label

    print(answer.text.replace("**", "").replace("\\", ""))
    for notice in answer.notices:
        print(f"※ {notice}")
    for n, quote in enumerate(answer.quotes or answer.related, 1):
        mark = f"[{n}]" if answer.quotes else "·"
        units = "、".join(quote.part.responsible or ())
        print(f"\n{mark} {quote.document.region or ''} {label(quote)} {quote.part.heading or ''}".rstrip())
        print(f"    “{quote.text}”")
        if units:
            print(f"    责任单位：{units}")
        version = f" v{quote.document.version}" if quote.document.version else ""
        print(f"    {quote.document.source}:{quote.start}-{quote.end}{version}")
    if answer.status == "clarify":
        print("\n".join(f"  · {choice}" for choice in answer.follow_ups))
    print(flush=True)


def _search(arguments: argparse.Namespace) -> int:
    from assistant.answer import label, quote_dict
    from assistant.surfaces import region_of

    assistant = _open(arguments)
    hits = assistant.search(arguments.query, arguments.top_k, region=region_of(assistant.documents, arguments.region))
    today = datetime.date.today()
    for hit in hits:
        if arguments.json:
            ranks = {"dense_rank": hit.dense_rank, "lexical_rank": hit.lexical_rank}
            print(json.dumps(quote_dict(hit.quote, today) | ranks, ensure_ascii=False))
        else:
            print(f"{hit.score:.3f} {hit.quote.document.region or ''} {label(hit.quote)} {hit.quote.text}")
    if not hits:
        print(in_terminal("没有找到", "nothing found"), file=sys.stderr)
    return 0


def _batch(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    try:
        lines = arguments.questions.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"无法读取问题文件（需 UTF-8 的 JSONL）：{arguments.questions}：{error}",
            f"cannot read the questions (UTF-8 JSONL wanted): {arguments.questions}: {error}",
        ) from None
    assistant = _open(arguments)
    beside = arguments.output.with_name(arguments.output.name + ".part")
    failed = 0
    try:
        with beside.open("w", encoding="utf-8") as file:
            for number, line in enumerate(tqdm(lines, desc="batch", file=sys.stderr, leave=False, disable=None), 1):
                if line.strip():
                    failed += not _answer_line(assistant, line, number, arguments.as_of, file)
        beside.replace(arguments.output)
    except OSError as error:
        raise InputError(f"无法写入 {arguments.output}：{error.strerror}", f"cannot write {arguments.output}: {error.strerror}") from None
    if failed:
        zh, en = f"{failed} 行有误，原因见 {arguments.output}", f"{failed} broken lines, reasons in {arguments.output}"
        print(in_terminal(zh, en), file=sys.stderr)
    return 0


def _answer_line(assistant: Assistant, line: str, number: int, as_of: datetime.date | None, file: TextIO) -> bool:
    """Answer one line of a batch; a broken one gets its reason. Gives False where it was broken."""
    identity: Any = f"line {number}"
    try:
        record = json.loads(line)
        if not isinstance(record, dict):
            raise InputError(f"第 {number} 行不是 JSON 对象", f"line {number} is no JSON object")
        identity = record.get("id", identity)
        turns = record["turns"] if "turns" in record else [record["question"]]
        if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
            raise InputError(f"第 {number} 行：turns 应是文字列表", f"line {number}: turns must be a list of texts")
        answers = [assistant.ask(turn, turns[:n], as_of=as_of).to_dict() for n, turn in enumerate(turns)]
        result: dict[str, Any] = {"id": identity, "answers": answers}
    except json.JSONDecodeError as error:
        result = {"id": identity, "error": f"第 {number} 行不是 JSON / line {number} is not JSON: {error.msg}"}
    except KeyError:
        result = {"id": identity, "error": f"第 {number} 行没有 question 或 turns / line {number} has neither question nor turns"}
    except InputError as error:
        result = {"id": identity, "error": str(error)}
    file.write(json.dumps(result, ensure_ascii=False) + "\n")
    return "error" not in result


def _build(arguments: argparse.Namespace) -> int:
    from assistant.collection import Library
    from assistant.collection.indexing import followed, index_folder
    from index.embed import load_encoder

    settings = _settings(arguments)
    folder = index_folder(settings.data)
    with progress_bar("建立索引 / indexing") as progress:
        index = followed(Library(settings.data), load_encoder(settings.model), folder, progress, anew=True)
    if settings.store:
        from index.milvus import connect

        with progress_bar("发送到 Milvus / sending to Milvus") as progress:
            connect(index, settings.store, progress)
    print(f"{len(index.documents)} 份文件，{len(index)} 句 / documents, sentences → {folder}")
    return 0


def _evaluate(arguments: argparse.Namespace) -> int:
    from assistant.evaluate.commands import evaluate

    return evaluate(arguments, _settings(arguments), progress_bar)


def _feedback(arguments: argparse.Namespace) -> int:
    from assistant.feedback import feedback_command

    return feedback_command(arguments.what, _settings(arguments), arguments.output, arguments.json)


def _mcp(arguments: argparse.Namespace) -> int:
    from assistant.live import opened
    from assistant.mcp import mcp_server

    with progress_bar("建立索引 / indexing") as progress:
        assistant = opened(_settings(arguments), arguments.documents, progress)
    mcp_server(assistant).run("stdio")
    return 0


def _list_settings(arguments: argparse.Namespace) -> int:
    from assistant.settings import listed

    rows = listed(_settings(arguments))
    if arguments.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        value = "—" if row["value"] is None else row["value"]
        print(f"{row['name']} = {value}\n    {row['description']}（来源 / from: {row['from']}）")
    return 0
