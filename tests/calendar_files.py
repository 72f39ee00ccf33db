"""Write the calendars of the demo team, and what they have to say: `make lint-api` reads them with
a library of the browsers' world, which is not ours."""

import json
import sys
from pathlib import Path

from flask_migrate import upgrade
from helpers import Person, created

from raceapp import create_app
from raceapp.demo import seeding


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "demo.db"
    file.unlink(missing_ok=True)
    app = create_app({"DATABASE_URL": f"sqlite:///{file.absolute()}", "LOG_LEVEL": "ERROR"})
    with app.app_context():
        upgrade()
        seeding.seed()
    ana = Person(app, 0, "mechanic@demo.example", seeding.PASSWORD)
    _, misano, _ = created(ana.get("/v1/events"), status=200)
    path = f"/v1/events/{misano['id']}"
    sessions = created(ana.get(f"{path}/sessions?limit=200"), status=200)
    (folder / "sessions.json").write_text(json.dumps(sessions))
    (folder / "weekend.ics").write_bytes(ana.get(f"{path}/calendar.ics").data)
    secret = created(ana.post("/v1/calendar"))["url"].partition("/v1")[2]
    (folder / "person.ics").write_bytes(ana.get(f"/v1{secret}?tasks=true").data)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
