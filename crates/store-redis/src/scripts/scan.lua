-- ARGV: here, mode, from, limit
--       mode 'marker': `limit` names behind the name `from`, which must exist
--       mode 'behind': `limit` names behind the name `from`, whether it exists or not
--       mode 'offset': the names from position `from` to position `limit`
-- Gives {total, names, values}, or nothing if the marker does not exist.
local mode, from, limit = ARGV[2], ARGV[3], ARGV[4]
local page
if mode == 'offset' then
  page = redis.call('ZRANGE', names, from, limit)
else
  if mode == 'marker' and not redis.call('ZSCORE', names, from) then
    return false
  end
  page = redis.call('ZRANGEBYLEX', names, '(' .. from, '+', 'LIMIT', 0, limit)
end
local values = {}
if #page > 0 then
  values = redis.call('HMGET', records, unpack(page))
end
return { redis.call('ZCARD', names), page, values }
