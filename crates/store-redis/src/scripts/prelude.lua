-- What the scripts of a partition share. The texts of the arguments may hold any byte.
local meta, ids, public_keys, partitions, names, records, attached = unpack(KEYS, 1, 7)

-- Where an identifier leads: this, and then the name.
local here = ARGV[1]

-- A selector is one letter and a text.
local function name_of(selector)
  local kind, text = string.sub(selector, 1, 1), string.sub(selector, 2)
  if kind == 'n' then
    return text
  end
  local place = redis.call('HGET', ids, text)
  if place and string.sub(place, 1, #here) == here then
    return string.sub(place, #here + 1)
  end
  return nil
end

-- A value is three lines: sequence number, public key's digest and identifiers; attachments; the
-- record, which is nothing to the scripts. JSON has no line feeds of its own.
local function split(value)
  return string.match(value, '^([^\n]*)\n([^\n]*)\n(.*)$')
end

-- The names of the key pairs that the selectors from an argument on mean, or the position of the
-- first that means none.
local function find_all(first)
  local found = {}
  for at = first, #ARGV do
    local name = name_of(ARGV[at])
    local value = name and redis.call('HGET', records, name)
    if not value then
      return nil, at - first
    end
    found[#found + 1] = { name = name, value = value }
  end
  return found
end

-- What leads from an attachment to a key pair.
local function attachment_prefix(attachment)
  return string.format('%d:', #attachment) .. attachment
end
