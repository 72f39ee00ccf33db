"""The board: a page for browsers, whose files `make` builds from board/ into raceapp/board/.

The answer to every path of the board is one page, the shell; its scripts decide what it shows. The
paths are a list: any other path is not found, and a missing script is never answered with a page.
Without the build, `/` is the page of welcome.py, which says why.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from mimetypes import guess_type
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request

from raceapp import welcome
from raceapp.demo import seeding

FOLDER = Path(__file__).parent / "board"
REASON = "failed.txt"
OPEN_PATHS = ("/login", "/join/<token>", "/reset/<token>")
PATHS = (
    "/",
    *OPEN_PATHS,
    "/account",
    "/tasks/<id:number>",
    "/events",
    "/events/new",
    "/events/<id:number>",
    *(f"/events/<id:number>/{page}" for page in ("timetable", "tasks", "wall", "review", "crew")),
    "/bikes",
    "/people",
    "/templates",
    "/templates/<id:number>",
)
# Only files of this server, and no script or style in the page itself.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
# A worker obeys the policy that it was sent with.
WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


@dataclass(frozen=True)
class File:
    """A file of the build, as it is and compressed, and the tag that changes with it."""

    body: bytes
    zipped: bytes | None
    type: str
    tag: str

    @classmethod
    def read(cls, path: Path, change: Callable[[bytes], bytes] = bytes) -> "File":
        kind = guess_type(path.name)[0] or "application/manifest+json"
        is_text = kind.startswith("text/") or kind.endswith("javascript")
        body = change(path.read_bytes())
        beside = path.with_name(f"{path.name}.gz")
        has_own = change is bytes and beside.exists()
        tag = hashlib.sha256(body).hexdigest()[:16]
        kind += "; charset=utf-8" if is_text else ""
        return cls(body, beside.read_bytes() if has_own else None, kind, tag)

    def answer(self, caching: str, policy: str = POLICY) -> Response:
        is_zipped = self.zipped is not None and request.accept_encodings["gzip"] > 0
        response = Response(self.zipped if is_zipped else self.body, content_type=self.type)
        response.headers["Cache-Control"] = caching
        response.headers["Content-Security-Policy"] = policy
        response.vary.add("Accept-Encoding")
        if is_zipped:
            response.content_encoding = "gzip"
        response.set_etag(self.tag, weak=is_zipped)
        return response.make_conditional(request)


blp = Blueprint("shell", __name__)


def page(**path) -> Response | str:
    """Answer a path of the board; the scripts of the page find out which one it is."""
    files = current_app.extensions["board"]
    if files:
        return files["index.html"].answer(ASK_AGAIN)
    if request.path != "/":
        abort(404)
    return welcome.page(reason=current_app.config["BOARD_MISSING"])


for _path in PATHS:
    blp.add_url_rule(_path, view_func=page)


@blp.get("/assets/<path:name>")
def asset(name):
    """Answer a script or style; its name holds its hash, so browsers may keep it for good."""
    return found(f"assets/{name}").answer(FOR_EVER)


@blp.get("/sw.js")
def worker():
    """Answer the service worker, which keeps the board on the device."""
    return found("sw.js").answer(ASK_AGAIN, WORKER_POLICY)


@blp.get("/manifest.webmanifest", defaults={"name": "manifest.webmanifest"})
@blp.get("/<any('icon.svg', 'icon-192.png', 'icon-512.png'):name>")
def public(name):
    """Answer the files with which browsers put the board on the home screen."""
    return found(name).answer(ASK_AGAIN)


def found(name: str) -> File:
    files = current_app.extensions["board"]
    return files[name] if name in files else abort(404)


def read(folder: Path, demo: dict | None) -> dict[str, File]:
    """Return the files of the build by name; none unless the build is complete."""
    if not (folder / "sw.js").exists():
        return {}
    names = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".gz")
    files = {path.relative_to(folder).as_posix(): File.read(path) for path in names}
    return {**files, "index.html": File.read(folder / "index.html", with_demo(demo))}


def with_demo(demo: dict | None) -> Callable[[bytes], bytes]:
    """Return a function that writes the demo log-ins into the shell, in development only."""
    people = [
        {"email": email, "name": name, "role": role.value} for email, name, role in seeding.PEOPLE
    ]
    logins = json.dumps({"password": demo["password"], "people": people}) if demo else ""
    place, filled = '<meta name="demo" content="" />', '<meta name="demo" content="%s" />'
    return lambda body: body.replace(place.encode(), (filled % escape(logins)).encode())


def why_missing(folder: Path) -> str | None:
    """Return why there is no board, if the build has left the reason."""
    reason = folder / REASON
    return reason.read_text(errors="replace").strip() if reason.exists() else None


def init_app(app: Flask, folder: Path = FOLDER) -> None:
    app.extensions["board"] = read(folder, app.config["DEMO_LOGIN"])
    app.config["BOARD_MISSING"] = why_missing(folder)
