"""The small programs that bench/run.py times, each in a process of its own; prints one JSON object."""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path


def texts(group: Path) -> list[str]:
    """Texts of the group, and of the benign corpus, repeated to 100,000: ordinary talk, not only templates."""
    found = [m["text"] for m in json.loads(group.read_text("utf-8"))["messages"] if m["text"]]
    benign = Path(__file__).resolve().parent.parent / "corpus" / "benign"
    lines = [
        line.partition(": ")[2]
        for path in sorted(benign.rglob("*.txt"))
        for line in path.read_text("utf-8").splitlines()
    ]
    mixed = [*found[: len(found) // 2], *lines * 8]
    return (mixed * (1 + 100_000 // len(mixed)))[:100_000]


def read(group: Path) -> dict[str, float]:
    """Our reader, into tables."""
    from rempart.analysis.walk import Options, read_exhibits

    class Silent:
        def stage(self, name: str, total: int) -> None: ...
        def advance(self, done: int) -> None: ...

    with tempfile.TemporaryDirectory() as work:
        started = time.perf_counter()
        reading = read_exhibits([group], out=Path(work), options=Options(), observer=Silent())[0]
        return {"seconds": time.perf_counter() - started, "messages": reading.messages}


def json_loads(group: Path) -> dict[str, float]:
    """The least that anybody must do: parse everything at once and take five fields."""
    started = time.perf_counter()
    rows = [
        (message["id"], message.get("from"), message.get("from_id"), message.get("date_unixtime"), message["text"])
        for message in json.loads(group.read_text("utf-8"))["messages"]
    ]
    return {"seconds": time.perf_counter() - started, "messages": len(rows)}


def chatminer(group: Path) -> dict[str, float]:
    """chat-miner's Telegram parser, to its data frame."""
    import logging

    from chatminer.chatparsers import TelegramJsonParser

    logging.disable(logging.CRITICAL)
    started = time.perf_counter()
    parser = TelegramJsonParser(str(group))
    parser.parse_file()
    frame = parser.parsed_messages.get_df()
    return {"seconds": time.perf_counter() - started, "messages": len(frame)}


def patterns(group: Path) -> dict[str, float]:
    """Phrases alone, over words folded beforehand."""
    from rempart.detection.tactics import TacticReader

    reader = TacticReader()
    _, folder, book = reader.books[0]
    folded = [folder.fold(text) for text in texts(group)]
    started = time.perf_counter()
    for words in folded:
        book.find(words)
    seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "rate": len(folded) / seconds,
        "phrases": sum(len(b.phrases) for _, _, b in reader.books),
    }


def messages(group: Path) -> dict[str, float]:
    """Everything that is done to a text."""
    from rempart.detection.tactics import TacticReader

    reader, all_texts = TacticReader(), texts(group)
    started = time.perf_counter()
    for text in all_texts:
        reader.read(text)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "rate": len(all_texts) / seconds}


def make_large(path: Path, size: int) -> dict[str, float]:
    """A Telegram JSON of about `size` bytes."""
    row = ('  {\n   "id": %d,\n   "type": "message",\n   "date": "2026-01-05T09:00:00",\n   "date_unixtime": "%d",\n   "from": "Ann %d",\n'
           '   "from_id": "user%d",\n   "text": "ligne %d, rien de spécial",\n   "text_entities": [\n    {\n     "type": "plain",\n'
           '     "text": "ligne %d, rien de spécial"\n    }\n   ]\n  }')  # fmt: skip
    with path.open("w", encoding="utf-8") as file:
        file.write('{\n "name": "large",\n "type": "private_supergroup",\n "id": 1,\n "messages": [\n')
        number = written = 0
        while written < size:
            chunk = ",\n".join(
                row % (n, 1_700_000_000 + n, n % 500, n % 500, n, n) for n in range(number, number + 1000)
            )
            file.write((",\n" if number else "") + chunk)
            number, written = number + 1000, written + len(chunk)
        file.write("\n ]\n}\n")
    return {"seconds": 0.0, "messages": number}


if __name__ == "__main__":
    name, target, *rest = sys.argv[1:]
    told = {"read": read, "json_loads": json_loads, "chatminer": chatminer, "patterns": patterns, "messages": messages}
    result = make_large(Path(target), int(rest[0])) if name == "make_large" else told[name](Path(target))
    result["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))
