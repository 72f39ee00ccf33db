// Who is logged in, as state that pages read.
import * as auth from './auth.ts';
import type { User } from './types.ts';

class Me {
  user = $state.raw<User | null>(null);
  /** The log-in has ended: the password is asked for again. */
  isLocked = $state(false);
  /** Whether the device has been asked who was here last. */
  isKnown = $state(false);

  get id(): number {
    return this.user?.id ?? 0;
  }
  get isAdmin(): boolean {
    return this.user?.role === 'admin';
  }
  get name(): string {
    return this.user?.name ?? this.user?.email ?? '';
  }
}

export const me = new Me();

function take({ user, isLocked }: auth.Auth): void {
  me.user = user;
  me.isLocked = isLocked;
}

auth.onAuth(take);

export async function start(): Promise<void> {
  await auth.start();
  me.isKnown = true;
}
