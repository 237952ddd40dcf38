-- KEYS: notes, ends; ARGV: name
-- Gives 1, or 0 if there was none.
return take_note(KEYS[1], KEYS[2], ARGV[1]) and 1 or 0
