-- ARGV: here, selector
-- Gives {name, value} or nothing; a name without a value means that an index is wrong.
local name = name_of(ARGV[2])
if not name then
  return false
end
return { name, redis.call('HGET', records, name) }
