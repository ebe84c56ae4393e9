"""Lists, one page at a time, and what they leave out."""

from collections.abc import Iterable

from standin.project import Project
from standin.refusal import invalid
from standin.service import Answer, Request

PAGE_SIZE = 3
"""The longest page. A service may return fewer items than a client asks for, and with short pages
every client of a test reads several."""


def page(request: Request, field: str, items: Iterable[Answer]) -> Answer:
    """Return the page that the request asks for. Without items the field is left out, as Google's
    JSON leaves out empty fields."""
    every = list(items)
    listed, _, start = request.query.get("pageToken", f"{request.path}:0").rpartition(":")
    if listed != request.path:
        raise invalid("The page token is of another list.")
    asked = int(request.query.get("pageSize") or request.query.get("maxResults") or 0)
    # Without a size, or with 0, the service chooses one.
    end = int(start) + min(asked or PAGE_SIZE, PAGE_SIZE)
    answer: Answer = {field: every[int(start) : end]} if every else {}
    if end < len(every):
        answer["nextPageToken"] = f"{request.path}:{end}"
    return answer


def page_of_location(
    project: Project, request: Request, field: str, items: Iterable[Answer], location: str
) -> Answer:
    """Return a page of the items in a location, or in all of them if it is `-`. The items of
    locations that cannot be reached are missing, and `unreachable` names these locations."""
    base = f"projects/{project.name}/locations/"
    asked = base if location == "-" else f"{base}{location}/"
    every = (f"{base}{name}/" for name in sorted(project.unreachable))
    lacking = tuple(name for name in every if name.startswith(asked))
    there = [i for i in items if i["name"].startswith(asked) and not i["name"].startswith(lacking)]
    answer = page(request, field, there)
    return answer | ({"unreachable": [name.rstrip("/") for name in lacking]} if lacking else {})
