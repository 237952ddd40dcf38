-- KEYS: notes, ends; ARGV: name, value, now, capacity
-- Gives 1, or 0 if one of that name is there that has not ended.
local there = redis.call('HGET', KEYS[1], ARGV[1])
if there and end_of(there) > ARGV[3] then
  return 0
end
put_note(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
return 1
