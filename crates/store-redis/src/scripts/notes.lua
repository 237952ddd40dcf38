-- What the scripts that write notes share. A note's value begins with its end, in 29 digits that
-- sort as times do; `ends` holds end and name of every note of the drawer, all with score 0.
local function end_of(value)
  return string.sub(value, 1, 29)
end

local function take_note(notes, ends, name)
  local value = redis.call('HGET', notes, name)
  if value then
    redis.call('HDEL', notes, name)
    redis.call('ZREM', ends, end_of(value) .. name)
  end
  return value
end

-- Puts a note there, over one of its name; then some that have ended go, and beyond the capacity
-- those that end first.
local function put_note(notes, ends, name, value, now, capacity)
  take_note(notes, ends, name)
  redis.call('HSET', notes, name, value)
  redis.call('ZADD', ends, 0, end_of(value) .. name)
  -- No name holds the byte 255, so this is all that has ended.
  local ended = redis.call('ZRANGEBYLEX', ends, '-', '[' .. now .. '\255', 'LIMIT', 0, 16)
  for _, member in ipairs(ended) do
    take_note(notes, ends, string.sub(member, 30))
  end
  while redis.call('ZCARD', ends) > tonumber(capacity) do
    local member = redis.call('ZPOPMIN', ends)[1]
    redis.call('HDEL', notes, string.sub(member, 30))
  end
end
