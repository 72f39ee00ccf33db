// Something read from the server for a page: on its way, here, or why it is not.
import { Refused } from './send.ts';
import { texts } from '../texts.ts';

export class Reading<T> {
  value = $state.raw<T | null>(null);
  problem = $state('');
  readonly #read: () => Promise<T>;

  constructor(read: () => Promise<T>) {
    this.#read = read;
    void this.again();
  }

  /** Read it (again); what was there before stays in sight meanwhile. */
  again = async (): Promise<void> => {
    try {
      this.value = await this.#read();
      this.problem = '';
    } catch (error) {
      this.problem = error instanceof Refused ? error.detail : texts.common.notRead;
    }
  };
}
