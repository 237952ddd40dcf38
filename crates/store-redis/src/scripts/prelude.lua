-- What the scripts of a partition share. The texts of the arguments may hold any byte.
local meta, ids, public_keys, partitions, names, records, attached = unpack(KEYS, 1, 7)

-- Where an identifier leads: this, and then the name.
local here = ARGV[1]

-- A value is three lines: sequence number, public key's digest and identifiers; attachments; the
-- record, which is nothing to the scripts. JSON has no line feeds of its own.
local function split(value)
  return string.match(value, '^([^\n]*)\n([^\n]*)\n(.*)$')
end

-- What leads from an attachment to a key pair.
local function attachment_prefix(attachment)
  return string.format('%d:', #attachment) .. attachment
end
