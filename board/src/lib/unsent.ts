// The copy of unsent operations, as a file.
import { texts } from '../texts.ts';
import * as auth from './auth.ts';
import { copyOf } from './copy.ts';
import * as db from './db.ts';
import { fileName } from './files.ts';
import type { Operation } from './operations.ts';
import { nameOf } from './people.ts';
import { clock, localDay, now } from './time.ts';

export async function copyFile(operations: Operation[]): Promise<File> {
  const user = auth.current().user!;
  const weekends = new Map((await db.weekendsOf(user.id)).map((one) => [one.event.id, one]));
  const [who, at] = [nameOf(user), now()];
  const text = copyOf(operations, { who, at, weekends });
  const name = fileName([texts.copy.file, who, localDay(at), clock(at)], 'txt');
  return new File([text], name, { type: 'text/plain;charset=utf-8' });
}
