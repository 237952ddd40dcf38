-- What the scripts share that are given selectors.

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
