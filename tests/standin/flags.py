"""Ask gcloud's own definition of its commands what is wrong with the commands on standard input.

    python -S flags.py SDK < commands.json

`commands.json` is a list of argument vectors without `gcloud`. It prints a JSON list of texts. It
runs with the Python that comes with the SDK.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

_DEPRECATED = "(DEPRECATED)"


def wrong(top: Any, argv: list[str]) -> Iterator[str]:
    words = []
    for word in argv:
        if word.startswith("--"):
            break
        words.append(word)
    command, path = None, list(words)
    while path and (command is None or command.is_group):
        command = top.LoadSubElementByPath(path)
        path.pop()
    if command is None or command.is_group:
        yield f"{' '.join(['gcloud', *words])}: no such command"
        return
    name = " ".join(["gcloud", *command.GetPath()[1:]])
    if _DEPRECATED in (command.short_help or ""):
        yield f"{name}: deprecated"
    flags = command._parser._option_string_actions
    for flag in {word.partition("=")[0] for word in argv if word.startswith("--")}:
        if flag not in flags:
            yield f"{name} {flag}: no such flag"
        elif _DEPRECATED in (flags[flag].help or ""):
            yield f"{name} {flag}: deprecated"


def main() -> None:
    sys.path[:0] = [f"{sys.argv[1]}/lib", f"{sys.argv[1]}/lib/third_party"]
    from googlecloudsdk import gcloud_main  # type: ignore[import-not-found]

    top = gcloud_main.CreateCLI([])._TopElement()
    found = {text for argv in json.load(sys.stdin) for text in wrong(top, argv)}
    sys.stdout.write(json.dumps(sorted(found)))


if __name__ == "__main__":
    main()
