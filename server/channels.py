"""The records that are followed, each read once for all who follow it.

A reader who is level with their channel is sent each page as it is read. A reader who is behind is
brought level page by page, as they take the pages. A bell tells when to read. A bell may be missed,
so now and then all channels are looked at, and readers lose some seconds and no message.
"""

import collections
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping

from server.reader import Reader

LOOK_SECONDS = 4


class Channel:
    """A followed record: how far it has been read, and its readers."""

    def __init__(self, name, place):
        self.name, self.place = name, place
        self.readers: set[Reader] = set()
        self.blind_since: float | None = None  # From when on it could not be read.


class Channels:
    """`say` sends to a reader, who may be gone after that."""

    def __init__(self, say: Callable[[Reader, bytes], None]):
        self.say = say
        self.by_name: dict[object, Channel] = {}
        self.behind: set[Reader] = set()
        self.rung = collections.deque()
        # The channels to listen for; the set is replaced and never changed.
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
        """Tell whether there is something to read or to look for."""
        return self.has_work or time.monotonic() > self.looked_at + LOOK_SECONDS

    def read(self, post) -> dict[Channel, Exception]:
        """Read one page of each channel that has grown, and bring readers nearer who are behind.

        Returns the channels that cannot be read, and why; the others do not wait for them.
        """
        failed: dict[Channel, Exception] = {}
        with post.reading():
            grown = self.grown(post)
        for channel in grown:
            with self.attempt(channel, post, failed):
                self.read_on(channel, post)
        for (channel, place), readers in self.lagging().items():
            with self.attempt(channel, post, failed):
                self.bring_nearer(channel, place, readers, post)
        return failed

    @contextlib.contextmanager
    def attempt(self, channel: Channel, post, failed: dict) -> Iterator[None]:
        try:
            with post.reading():
                yield
        except Exception as error:
            failed[channel] = error

    def note(self, failed: Mapping[Channel, Exception], now: float) -> None:
        """Set since when channels cannot be read."""
        for channel in self.by_name.values():
            channel.blind_since = (channel.blind_since or now) if channel in failed else None

    def blind_for(self, seconds: float, now: float) -> list[Channel]:
        """Return the channels that could not be read for so long."""
        channels = self.by_name.values()
        return [one for one in channels if one.blind_since and now > one.blind_since + seconds]

    def grown(self, post) -> list[Channel]:
        names = {self.rung.popleft() for _ in range(len(self.rung))}
        now = time.monotonic()
        if now > self.looked_at + LOOK_SECONDS:
            names.update(post.grown({name: one.place for name, one in self.by_name.items()}))
            self.looked_at = now
        return [self.by_name[name] for name in names if name in self.by_name]

    def look_again(self) -> None:
        """Have all channels looked at next time: bells may be lost."""
        self.looked_at = 0

    def read_on(self, channel: Channel, post) -> None:
        page = post.read(channel.name, channel.place)
        level = [reader for reader in channel.readers if reader.place == channel.place]
        channel.place = page.place
        self.send(page, level, post)
        if page.has_more:
            self.rung.append(channel.name)

    def lagging(self) -> dict[tuple[Channel, object], list[Reader]]:
        """Return readers who are behind and have taken their last page, by the page they need."""
        found = collections.defaultdict(list)
        for reader in self.behind:
            if reader.has_room:
                found[self.by_name[reader.stream.channel], reader.place].append(reader)
        return found

    def bring_nearer(self, channel: Channel, place, readers: list[Reader], post) -> None:
        """Send the next page to the readers at a place, or count them as level."""
        if place == channel.place:
            self.behind.difference_update(readers)
            return
        page = post.read(channel.name, place)
        self.send(page, readers, post)
        if not page.has_more and page.place != channel.place:
            self.rung.append(channel.name)  # It does not end where the channel was read to.

    def send(self, page, readers: list[Reader], post) -> None:
        for reader in readers:
            reader.place = page.place
            if page.data:
                self.say(reader, page.data)
        post.count_sent(page.count * len(readers))
