-- KEYS: the mark; ARGV: its time, in digits that sort as times do; when the server may forget it
-- Of two times the later holds.
local known = redis.call('GET', KEYS[1])
if not known or known < ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PXAT', ARGV[2])
end
return 1
