// Whether a text fits, known before it is drawn. Widths, heights and sizes are in one unit.

/** How wide a text is at size 1. */
export type Measure = (text: string) => number;

/** The height of a line at size 1. */
export const LINE = 1.15;

/** How many lines the words of a text take within a width; Infinity if one of them is wider. */
export function lines(text: string, size: number, width: number, measure: Measure): number {
  const room = width / size;
  const space = measure(' ');
  let number = 1;
  let filled = -space;
  for (const word of text.trim().split(/\s+/)) {
    const wide = measure(word);
    if (wide > room) return Infinity;
    if (filled + space + wide > room) {
      number += 1;
      filled = -space;
    }
    filled += space + wide;
  }
  return number;
}

/** The same, where words that are wider are broken. */
export function brokenLines(text: string, size: number, width: number, measure: Measure): number {
  const whole = lines(text, size, width, measure);
  if (Number.isFinite(whole)) return whole;
  const words = text.trim().split(/\s+|(?<=-)/);
  return words.reduce((sum, word) => sum + linesOfWord(word, width / size, measure), 0);
}

/** Each line takes as many whole letters as there is room for. */
function linesOfWord(word: string, room: number, measure: Measure): number {
  let number = 1;
  let line = '';
  for (const letter of word) {
    if (line && measure(line + letter) > room) {
      number += 1;
      line = '';
    }
    line += letter;
  }
  return number;
}

/** The first of the sizes at which a text fits into a width and a height, with all words whole. */
export function fitting(
  text: string,
  sizes: number[],
  width: number,
  height: number,
  measure: Measure,
): number | undefined {
  return sizes.find((size) => lines(text, size, width, measure) * size * LINE <= height);
}

/** The first of the sizes at which a text fits into one line. */
export const inOneLine = (text: string, sizes: number[], width: number, measure: Measure) =>
  sizes.find((size) => measure(text) * size <= width);

/** Which of the parts there is room for, those that matter most first; a gap is before each. */
export function affordable(parts: number[], room: number, gap: number): boolean[] {
  let left = room;
  return parts.map((wide) => {
    const isThere = wide > 0 && wide + gap <= left;
    if (isThere) left -= wide + gap;
    return isThere;
  });
}
