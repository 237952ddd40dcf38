-- ARGV: here, name, record as it was read, new name, new record
-- Gives {0, value}; {1, nothing} if the record has changed meanwhile; {2, nothing} if the new name
-- is taken.
local name, expected, new_name, new_record = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local value = redis.call('HGET', records, name)
if not value then
  return { 1, false }
end
local fixed, attachments, record = split(value)
if record ~= expected then
  return { 1, false }
end
if new_name ~= name then
  if redis.call('HEXISTS', records, new_name) == 1 then
    return { 2, false }
  end
  redis.call('HDEL', records, name)
  redis.call('ZREM', names, name)
  redis.call('ZADD', names, 0, new_name)
  for _, id in ipairs(cjson.decode(string.match(fixed, '^%d+ %S+ (.*)$'))) do
    redis.call('HSET', ids, id, here .. new_name)
  end
  if attachments ~= '' then
    for _, attachment in ipairs(cjson.decode(attachments)) do
      local prefix = attachment_prefix(attachment)
      redis.call('ZREM', attached, prefix .. name)
      redis.call('ZADD', attached, 0, prefix .. new_name)
    end
  end
end
value = fixed .. '\n' .. attachments .. '\n' .. new_record
redis.call('HSET', records, new_name, value)
return { 0, value }
