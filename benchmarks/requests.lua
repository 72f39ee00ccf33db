-- Every request of the benchmark, from the environment:
-- BENCH_METHOD, BENCH_PATH ({id} is one of BENCH_IDS), BENCH_TOKEN,
-- BENCH_BODIES (one a line, each pass over the ids takes the next; {n} is a running number, {uuid}
-- another UUID each time), BENCH_HEADERS (one a line; {n} and {uuid} as well).
local function lines(text, pattern)
  local found = {}
  for part in string.gmatch(text or "", pattern) do found[#found + 1] = part end
  return found
end

local method, path = os.getenv("BENCH_METHOD"), os.getenv("BENCH_PATH")
local ids, bodies = lines(os.getenv("BENCH_IDS"), "%d+"), lines(os.getenv("BENCH_BODIES"), "[^\n]+")
local headers = {["Accept"] = "application/json"}
if os.getenv("BENCH_TOKEN") then headers["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN") end
for name, value in string.gmatch(os.getenv("BENCH_HEADERS") or "", "([^\n:]+): ([^\n]+)") do
  headers[name] = value
end
if #bodies > 0 then headers["Content-Type"] = "application/json" end
local ready, count, salt = {}, 0, tostring(os.time() % 100000) .. "-"

local function path_of(number)
  if #ids == 0 then return path end
  return (string.gsub(path, "{id}", ids[number]))
end

local made = 0
local function uuid()
  made = made + 1
  return string.format("%08x-0000-4000-8000-%012x", os.time() % 4294967296, made)
end

local function filled(text)
  local numbered = string.gsub(text, "{n}", salt .. count)
  return (string.gsub(numbered, "{uuid}", uuid))
end

function init()
  if #bodies > 0 then return end
  for number = 1, math.max(1, #ids) do ready[number] = wrk.format(method, path_of(number), headers) end
end

function request()
  count = count + 1
  local number = (count - 1) % math.max(1, #ids) + 1
  if #bodies == 0 then return ready[number] end
  local pass = math.floor((count - 1) / math.max(1, #ids)) % #bodies + 1
  local sent = {}
  for name, value in pairs(headers) do sent[name] = filled(value) end
  return wrk.format(method, path_of(number), sent, filled(bodies[pass]))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %.0f %.0f %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
