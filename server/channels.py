"""The records that are followed, each read once for all who follow it.

Whoever is level with their channel is sent each page as it is read. Whoever is behind is brought
level page by page, as they take them. A bell tells when to read. It may be missed, so now and
then all are looked at, and nobody misses anything but some seconds.
"""

import collections
import time
from collections.abc import Callable

from server.reader import Reader

LOOK_SECONDS = 4


class Channel:
    """A record that is followed: how far it has been read, and by whom it is followed."""

    def __init__(self, name, place):
        self.name, self.place = name, place
        self.readers: set[Reader] = set()


class Channels:
    """`say` sends to a reader, who may be gone after that."""

    def __init__(self, say: Callable[[Reader, bytes], None]):
        self.say = say
        self.by_name: dict[object, Channel] = {}
        self.behind: set[Reader] = set()
        self.rung = collections.deque()
        # What bells are listened for; it is replaced and never changed.
        self.names: frozenset = frozenset()
        self.looked_at = time.monotonic()

    def join(self, reader: Reader) -> None:
        stream = reader.stream
        channel = self.by_name.get(stream.channel)
        if channel is None:
            channel = self.by_name[stream.channel] = Channel(stream.channel, stream.head)
            self.names = frozenset(self.by_name)
        channel.readers.add(reader)
        if reader.place != channel.place:
            self.behind.add(reader)

    def leave(self, reader: Reader) -> None:
        self.behind.discard(reader)
        channel = self.by_name[reader.stream.channel]
        channel.readers.discard(reader)
        if not channel.readers:
            del self.by_name[channel.name]
            self.names = frozenset(self.by_name)

    @property
    def has_work(self) -> bool:
        is_rung = bool(self.rung and self.by_name)
        return is_rung or any(reader.has_room for reader in self.behind)

    @property
    def is_due(self) -> bool:
        """Tell whether there is something to be read, or to be looked for."""
        return self.has_work or time.monotonic() > self.looked_at + LOOK_SECONDS

    def read(self, post) -> None:
        """Read on what has grown, one page of each, and bring those nearer who are behind."""
        for channel in self.grown(post):
            self.read_on(channel, post)
        for (channel, place), readers in self.lagging().items():
            self.bring_nearer(channel, place, readers, post)

    def grown(self, post) -> list[Channel]:
        names = {self.rung.popleft() for _ in range(len(self.rung))}
        now = time.monotonic()
        if now > self.looked_at + LOOK_SECONDS:
            names.update(post.grown({name: one.place for name, one in self.by_name.items()}))
            self.looked_at = now
        return [self.by_name[name] for name in names if name in self.by_name]

    def look_again(self) -> None:
        """Have all looked at next time: what was rung may be lost."""
        self.looked_at = 0

    def read_on(self, channel: Channel, post) -> None:
        page = post.read(channel.name, channel.place)
        level = [reader for reader in channel.readers if reader.place == channel.place]
        channel.place = page.place
        self.send(page, level, post)
        if page.has_more:
            self.rung.append(channel.name)

    def lagging(self) -> dict[tuple[Channel, object], list[Reader]]:
        """Return those behind who have taken what they were sent, by what they are to be sent."""
        found = collections.defaultdict(list)
        for reader in self.behind:
            if reader.has_room:
                found[self.by_name[reader.stream.channel], reader.place].append(reader)
        return found

    def bring_nearer(self, channel: Channel, place, readers: list[Reader], post) -> None:
        """Send the next page to those at a place, or count them as level."""
        if place < channel.place:
            self.send(post.read(channel.name, place, channel.place.position), readers, post)
        elif place == channel.place:
            self.behind.difference_update(readers)
        else:  # It was read further elsewhere, just before they came.
            self.rung.append(channel.name)

    def send(self, page, readers: list[Reader], post) -> None:
        for reader in readers:
            reader.place = page.place
            if page.data:
                self.say(reader, page.data)
        post.count_sent(page.count * len(readers))
