"""The servers of the peers, and the settings that all peers share."""

import os

# postgresql://user@host:port/database; each peer puts its driver's name in.
DATABASE = os.environ["PEERS_DATABASE"].removeprefix("postgresql://")
REDIS_URL = os.environ["PEERS_REDIS"]
SECRET = "every-peer-signs-its-tokens-with-this-one"
RATE_LIMIT = 100_000_000
PAGE_SIZE = 20
STATUSES = ("open", "done", "failed")
# One round trip: count this hit in a fixed window of a minute, tell the count and the rest.
FIXED_WINDOW = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], 60) end
return {count, redis.call('TTL', KEYS[1])}
"""
