-- ARGV: here, a note's name, value, time of writing and drawer's capacity (all empty without a
--       note), selectors
-- KEYS: those of the partition; with a note those of its drawer
-- Gives {0}, {1, position that does not exist} or {2, position in use}.
local found, missing = find_all(6)
if not found then
  return { 1, missing }
end
for at, key_pair in ipairs(found) do
  local fixed, attachments = split(key_pair.value)
  if attachments ~= '' then
    return { 2, at - 1 }
  end
  key_pair.fixed = fixed
end

for _, key_pair in ipairs(found) do
  -- A key pair that was selected twice is gone the second time.
  if redis.call('HDEL', records, key_pair.name) == 1 then
    redis.call('ZREM', names, key_pair.name)
    local digest, own_ids = string.match(key_pair.fixed, '^%d+ (%S+) (.*)$')
    for _, id in ipairs(cjson.decode(own_ids)) do
      redis.call('HDEL', ids, id)
    end
    if redis.call('HINCRBY', public_keys, digest, -1) <= 0 then
      redis.call('HDEL', public_keys, digest)
    end
    redis.call('HINCRBY', meta, 'used', -1)
  end
end
if #KEYS > 7 then
  put_note(KEYS[8], KEYS[9], unpack(ARGV, 2, 5))
end
return { 0 }
