// How wide a text will be in the board's font, by a canvas that nobody sees.
import type { Measure } from '../../lib/fitting';

let pen: CanvasRenderingContext2D | null;
let family: string;

/** Measure texts of a weight, such as 700. */
export function wide(weight: number): Measure {
  pen ??= document.createElement('canvas').getContext('2d')!;
  family ??= getComputedStyle(document.body).fontFamily;
  return (text) => {
    pen!.font = `${weight} 100px ${family}`;
    return pen!.measureText(text).width / 100;
  };
}
