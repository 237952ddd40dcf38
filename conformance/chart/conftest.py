"""What the tests of running pods share."""

from redis_server import redis  # noqa: F401, a fixture
