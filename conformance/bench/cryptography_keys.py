"""Makes RSA keys for some seconds and prints how many a second: run once per core."""

import sys
import time

from cryptography.hazmat.primitives.asymmetric import rsa

bits, seconds = int(sys.argv[1]), float(sys.argv[2])
rsa.generate_private_key(65537, bits)
count, started = 0, time.perf_counter()
while time.perf_counter() - started < seconds:
    rsa.generate_private_key(65537, bits)
    count += 1
print(count / (time.perf_counter() - started))
