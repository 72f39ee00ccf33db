// How long before or after something a task is due, in words: `45 min before`, `6 d before`.

const UNITS: [string, number][] = [
  ['d', 1440],
  ['h', 60],
  ['min', 1],
];
const PART = /(\d+)\s*(days?|d|hours?|hrs?|h|minutes?|mins?|min|m)?\b/gi;

/** `-90` minutes are `1 h 30 min before`. */
export function offsetWords(minutes: number): string {
  if (!minutes) return 'at once';
  let left = Math.abs(minutes);
  const parts: string[] = [];
  for (const [name, size] of UNITS) {
    const count = Math.floor(left / size);
    if (count) parts.push(`${count} ${name}`);
    left -= count * size;
  }
  return `${parts.join(' ')} ${minutes < 0 ? 'before' : 'after'}`;
}

/** The minutes of `45 min before`, `2 h after` or `-90`; undefined for anything else. */
export function offsetMinutes(words: string): number | undefined {
  const text = words.trim().replace('−', '-');
  if (/^[+-]?\d{1,7}$/.test(text)) return Number(text);
  if (/^at once$/i.test(text)) return 0;
  const rest = text.replace(PART, '').trim();
  const direction = /^(before|after|-|\+)?$/i.exec(rest);
  const parts = [...text.matchAll(PART)];
  if (!direction || !parts.length) return undefined;
  const sum = parts.reduce((total, part) => total + Number(part[1]) * size(part[2]), 0);
  return /before|-/i.test(direction[0]) && sum ? -sum : sum;
}

function size(unit = 'm'): number {
  return { d: 1440, h: 60, m: 1 }[unit[0].toLowerCase() as 'd' | 'h' | 'm'];
}
