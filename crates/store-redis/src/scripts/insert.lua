-- ARGV: here, partition, realm, tenant, default limit, again ('1': this may have been done before),
--       unique ('1': refuse known public keys), noted ('1': each leaves a note), number of
--       identifiers of each; then of each key pair its name, digest, value behind the digest,
--       identifiers, and if noted the note's name, value, time of writing and drawer's capacity
-- KEYS: those of the partition; if noted those of the drawer; the limits, of which the first that is
--       there counts
-- Gives of each key pair its sequence number or {name taken, identifier taken, public key taken,
-- limit or -1}. Each is decided on after what was written for those before it.
local partition, realm, tenant, limit = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local again, unique, noted = ARGV[6] == '1', ARGV[7] == '1', ARGV[8] == '1'
local id_count = tonumber(ARGV[9])
local first, size = 10, (noted and 7 or 3) + id_count

local call = redis.call
local counters = call('HMGET', meta, 'used', 'sequence')
local used, sequence = tonumber(counters[1] or '0'), tonumber(counters[2] or '0')
for _, stored in ipairs(call('MGET', unpack(KEYS, noted and 10 or 8))) do
  limit = stored or limit
  if stored then
    break
  end
end
limit = limit ~= 'unlimited' and tonumber(limit)

-- One loop and no function: a function that uses this many locals is dear to make.
local before, answers, places = sequence, {}, {}
for at = first, #ARGV, size do
  local name, digest, value = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local first_id, last_id = at + 3, at + 2 + id_count

  local given
  local there = again and call('HGET', records, name)
  if there then
    -- The record holds its seed, so it equals this one only if an earlier try wrote it.
    local fixed, _, stored = split(there)
    local _, _, record = split(value)
    given = stored == record and tonumber(string.match(fixed, '^%d+'))
  end
  local id_taken = 0
  if id_count > 0 and not given then
    for _, place in ipairs(call('HMGET', ids, unpack(ARGV, first_id, last_id))) do
      if place then
        id_taken = 1
      end
    end
  end
  local public_key_taken = unique and call('HEXISTS', public_keys, digest) or 0
  local reached = limit and used >= limit and limit or -1
  local refused = id_taken == 1 or public_key_taken == 1 or reached >= 0

  if given then
    answers[#answers + 1] = given
  elseif refused or call('ZADD', names, 'NX', '0', name) == 0 then
    local name_taken = call('HEXISTS', records, name)
    answers[#answers + 1] = { name_taken, id_taken, public_key_taken, reached }
  else
    used, sequence = used + 1, sequence + 1
    -- Numbers go to the server as texts: its own way of writing a Lua number is dear.
    value = string.format('%d ', sequence) .. digest .. value
    call('HSET', records, name, value)
    call('HINCRBY', public_keys, digest, '1')
    for n = 1, id_count do
      places[2 * n - 1], places[2 * n] = ARGV[first_id + n - 1], here .. name
    end
    if id_count > 0 then
      call('HSET', ids, unpack(places))
    end
    -- Hardly ever is there an attachment; without one the second line is empty.
    if not string.find(value, '\n\n', 1, true) then
      local _, attachments = split(value)
      for _, attachment in ipairs(cjson.decode(attachments)) do
        call('ZADD', attached, '0', attachment_prefix(attachment) .. name)
      end
    end
    if noted then
      put_note(KEYS[8], KEYS[9], unpack(ARGV, last_id + 1, last_id + 4))
    end
    answers[#answers + 1] = sequence
  end
end

if sequence > before then
  call('HSET', meta, 'sequence', string.format('%d', sequence), 'used', string.format('%d', used))
  call('ZADD', partitions, '0', partition)
end
if before == 0 and sequence > 0 then
  -- Only for people who look into the database: the keys hold no names.
  call('HSET', meta, 'realm', realm, 'tenant', tenant)
end
return answers
