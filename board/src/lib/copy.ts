// The waiting operations of a device as a text, for a crew chief if the device never gets through.
import { texts } from '../texts.ts';
import { withUnit } from './measuring.ts';
import { asSent, taskOf, type Operation } from './operations.ts';
import { grouped } from './readiness.ts';
import { told } from './telling.ts';
import { dayAndClock } from './time.ts';
import type { Weekend } from './weekend.ts';

const t = texts.copy;

interface About {
  who: string;
  at: number;
  /** The weekends that the device knows, by their ids. */
  weekends: Map<number, Weekend>;
}

/** The operations by weekend, in the order of the deeds, and at the end as the API takes them. */
export function copyOf(operations: Operation[], { who, at, weekends }: About): string {
  const groups = [...grouped(operations, (one) => one.eventId)].map(([id, own]) => {
    const weekend = weekends.get(id);
    const name = weekend ? t.weekend(weekend.event.name, weekend.event.timezone) : t.unknown(id);
    return [name, ...own.map((one) => paragraph(one, operations.indexOf(one) + 1, weekend))].join('\n\n');
  });
  const zone = weekends.get(operations[0].eventId)?.event.timezone;
  const head = [texts.status.notSent(operations.length), t.head(who, dayAndClock(at, zone))].join('\n');
  const body = JSON.stringify({ operations: operations.map(asSent) });
  return `${[head, ...groups, `${t.program}\n${body}`].join('\n\n')}\n`;
}

function paragraph(operation: Operation, number: number, weekend?: Weekend): string {
  const when = dayAndClock(operation.deviceTime, weekend?.event.timezone);
  const lines = details(operation, weekend)
    .filter(([, value]) => value)
    .map(([name, value]) => `   ${name}: ${String(value).replaceAll('\n', '\n   ')}`);
  return [`${number}. ${when}  ${told(operation)}`, ...lines].join('\n');
}

function details(operation: Operation, weekend?: Weekend): [string, unknown][] {
  const { body } = operation;
  const task = weekend?.tasks.get(taskOf(operation) ?? 0);
  const measurement = task?.measurement;
  const isGiven = 'assigned_to' in body;
  const value = body.value === undefined ? '' : measurement ? withUnit(body.value, measurement) : `${body.value}`;
  return [
    [texts.task.bike, weekend?.bikes.get(body.bike_id ?? task?.bike_id)?.label],
    [texts.task.session, weekend?.sessions.get(body.session_id ?? task?.session_id)?.name],
    [measurement?.label ?? t.value, value],
    [texts.task.holder, isGiven && (weekend?.people.get(body.assigned_to)?.name ?? texts.task.nobodys)],
    [texts.common.note, body.note],
    [texts.readiness.reason, body.override_reason],
    [texts.task.comment, body.text],
  ];
}
