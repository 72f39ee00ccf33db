// Read our calendars with ical.js, which Thunderbird and Nextcloud use: what it finds has to be what
// the API says. `node .ci/calendars.mjs FOLDER NODE_MODULES`
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, modules] = process.argv.slice(2);
const { default: ICAL } = await import(pathToFileURL(`${modules}/ical.js/dist/ical.js`));
ICAL.design.strict = true;

function read(name) {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(`${folder}/${name}`, "utf8")));
  assert.equal(calendar.getFirstPropertyValue("version"), "2.0");
  const entries = calendar.getAllSubcomponents();
  const uids = entries.map((entry) => entry.getFirstPropertyValue("uid"));
  assert.equal(new Set(uids).size, entries.length, `${name}: each entry has a UID of its own`);
  return entries;
}

const time = (entry, name) => entry.getFirstPropertyValue(name).toJSDate().getTime();

const sessions = JSON.parse(readFileSync(`${folder}/sessions.json`, "utf8"));
const events = read("weekend.ics").map((entry) => new ICAL.Event(entry, { strictExceptions: true }));
assert.deepEqual(
  events.map((event) => [event.summary, event.startDate.toJSDate().getTime(), event.endDate.toJSDate().getTime()]),
  sessions.map((session) => [session.name, Date.parse(session.starts_at), Date.parse(session.ends_at)]),
);
for (const event of events) assert.ok(event.startDate.zone === ICAL.Timezone.utcTimezone && event.sequence >= 0);

const own = read("person.ics");
const todos = own.filter((entry) => entry.name === "vtodo");
assert.ok(own.length > events.length && todos.length > 0);
for (const todo of todos) assert.ok(time(todo, "due") > 0 && todo.getFirstPropertyValue("status") === "NEEDS-ACTION");
console.log(`ical.js reads ${events.length} sessions of a weekend, and ${own.length} entries of a person.`);
