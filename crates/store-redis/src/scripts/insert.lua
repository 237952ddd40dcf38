-- ARGV: here, name, partition, realm, tenant, record, digest, attachments (JSON or nothing),
--       unique ('1': refuse a known public key), again ('1': this may have been done before),
--       default limit, number of identifiers, a note's name, value, time of writing and drawer's
--       capacity (all empty without a note), identifiers, members of `attached`
-- KEYS: those of the partition; with a note those of its drawer; the limits, of which the first that
--       is there counts
-- Gives {1, sequence number} or {0, name taken, identifier taken, public key taken, limit or -1}.
local name, partition, realm, tenant = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local record, digest, attachments = ARGV[6], ARGV[7], ARGV[8]
local unique, again, limit, id_count = ARGV[9], ARGV[10], ARGV[11], tonumber(ARGV[12])
local first_id, first_member = 17, 17 + id_count
local has_note = ARGV[14] ~= ''
local first_limit = has_note and 10 or 8

local there = redis.call('HGET', records, name)
if there and again == '1' then
  -- The record holds its seed, so it equals this one only if an earlier try wrote it.
  local fixed, _, stored = split(there)
  if stored == record then
    return { 1, tonumber(string.match(fixed, '^%d+')) }
  end
end

local counters = redis.call('HMGET', meta, 'used', 'sequence')
local used, sequence = tonumber(counters[1] or '0'), tonumber(counters[2] or '0')
for _, stored in ipairs(redis.call('MGET', unpack(KEYS, first_limit))) do
  limit = stored or limit
  if stored then
    break
  end
end
local reached = -1
if limit ~= 'unlimited' and used >= tonumber(limit) then
  reached = tonumber(limit)
end
local id_taken = 0
if id_count > 0 then
  for _, place in ipairs(redis.call('HMGET', ids, unpack(ARGV, first_id, first_member - 1))) do
    if place then
      id_taken = 1
    end
  end
end
local public_key_taken = 0
if unique == '1' then
  public_key_taken = redis.call('HEXISTS', public_keys, digest)
end
if there or id_taken == 1 or public_key_taken == 1 or reached >= 0 then
  return { 0, there and 1 or 0, id_taken, public_key_taken, reached }
end

-- Numbers go to the server as texts: its own way of writing a Lua number is dear.
sequence = sequence + 1
local digits = string.format('%d', sequence)
redis.call('HSET', meta, 'sequence', digits, 'used', string.format('%d', used + 1))
if sequence == 1 then
  -- Only for people who look into the database: the keys hold no names.
  redis.call('HSET', meta, 'realm', realm, 'tenant', tenant)
end
redis.call('ZADD', partitions, '0', partition)
redis.call('ZADD', names, '0', name)
redis.call('HINCRBY', public_keys, digest, '1')
local own_ids, places = {}, {}
for at = first_id, first_member - 1 do
  own_ids[#own_ids + 1] = ARGV[at]
  places[#places + 1] = ARGV[at]
  places[#places + 1] = here .. name
end
if id_count > 0 then
  redis.call('HSET', ids, unpack(places))
end
for at = first_member, #ARGV do
  redis.call('ZADD', attached, '0', ARGV[at])
end
local fixed = digits .. ' ' .. digest .. ' ' .. cjson.encode(own_ids)
redis.call('HSET', records, name, fixed .. '\n' .. attachments .. '\n' .. record)
if has_note then
  put_note(KEYS[8], KEYS[9], unpack(ARGV, 13, 16))
end
return { 1, sequence }
