// Server-sent events, read from a fetch: EventSource cannot say who asks.

export interface Message {
  event: string;
  id: string;
  data: string;
}

/** Takes text as it comes in, and gives the messages that are complete. */
export class Reader {
  #rest = '';

  take(text: string): Message[] {
    const parts = (this.#rest + text).replaceAll('\r\n', '\n').split('\n\n');
    this.#rest = parts.pop()!;
    return parts.map(parse).filter((message) => message !== null);
  }
}

function parse(block: string): Message | null {
  const message: Message = { event: 'message', id: '', data: '' };
  let isComment = true;
  for (const line of block.split('\n')) {
    const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line)!;
    if (name === 'event' || name === 'id' || name === 'data') {
      message[name] = name === 'data' && message.data ? `${message.data}\n${value}` : value;
      isComment = false;
    }
  }
  return isComment ? null : message;
}
