-- A moving window as a list of times, the newest first, in microseconds of Redis's clock.
-- KEYS[1] the window; ARGV: limit, length in microseconds, entries wanted (0 only looks).
-- Returns {1 if granted, entries now, age of the oldest in microseconds}.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local limit, length, amount = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

local oldest = redis.call('LINDEX', KEYS[1], -1)
while oldest and tonumber(oldest) <= now - length do
  redis.call('RPOP', KEYS[1])
  oldest = redis.call('LINDEX', KEYS[1], -1)
end

local count = redis.call('LLEN', KEYS[1])
local granted = 0
if count + amount <= limit then
  granted = 1
  for _ = 1, amount do
    redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
  end
  count = count + amount
  if amount > 0 then
    redis.call('PEXPIRE', KEYS[1], math.ceil(length / 1000))
  end
end
return {granted, count, now - tonumber(oldest or now)}
