"""Writes the golden files anew, or says which differ: `python -m tests.golden [--write]`. Read them before a commit."""

import argparse
import sys

from tests.golden import files, wire_files


def main() -> int:
    """Exit code 0 when the files stand as they should, 1 when one differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the files anew")
    write = parser.parse_args().write
    differ = []
    texts = {files.FOLDER / name: text.encode() for name, text in files.renderings().items()}
    events = {wire_files.FOLDER / name: content for name, content in wire_files.written().items()}
    for path, content in {**texts, **events}.items():
        if not path.exists() or path.read_bytes() != content:
            differ.append(path.name)
            if write:
                path.write_bytes(content)
    if differ:
        print(f"{'written' if write else 'differ'}: {', '.join(differ)}")
    return 0 if write or not differ else 1


if __name__ == "__main__":
    sys.exit(main())
