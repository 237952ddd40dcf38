-- ARGV: here, mode ('attach': make the attachments' key pairs exactly the selected ones; 'detach':
--       take them off the selected ones), number of attachments, attachments, selectors
-- Gives {0} or {1, position that does not exist}.
local mode, count = ARGV[2], tonumber(ARGV[3])
local found, missing = find_all(4 + count)
if not found then
  return { 1, missing }
end

local chosen, touched = {}, {}
for _, key_pair in ipairs(found) do
  chosen[key_pair.name] = true
  touched[key_pair.name] = key_pair.value
end
if mode == 'attach' then
  for at = 4, 3 + count do
    -- No name holds the byte 255, so this is all that begins with the prefix.
    local prefix = attachment_prefix(ARGV[at])
    local members = redis.call('ZRANGEBYLEX', attached, '[' .. prefix, '(' .. prefix .. '\255')
    for _, member in ipairs(members) do
      local name = string.sub(member, #prefix + 1)
      touched[name] = touched[name] or redis.call('HGET', records, name)
    end
  end
end

for name, value in pairs(touched) do
  local fixed, attachments, record = split(value)
  local held, rest = {}, {}
  if attachments ~= '' then
    for _, attachment in ipairs(cjson.decode(attachments)) do
      held[attachment] = true
    end
  end
  for at = 4, 3 + count do
    local attachment = ARGV[at]
    if mode == 'attach' and chosen[name] then
      held[attachment] = true
      redis.call('ZADD', attached, 0, attachment_prefix(attachment) .. name)
    else
      held[attachment] = nil
      redis.call('ZREM', attached, attachment_prefix(attachment) .. name)
    end
  end
  for attachment in pairs(held) do
    rest[#rest + 1] = attachment
  end
  attachments = #rest > 0 and cjson.encode(rest) or ''
  redis.call('HSET', records, name, fixed .. '\n' .. attachments .. '\n' .. record)
end
return { 0 }
