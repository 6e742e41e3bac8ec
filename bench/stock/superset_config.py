"""Superset's settings for the bench (SUPERSET_CONFIG_PATH): its own defaults, but for these.

Answers are cached, as its documentation asks in production; a page may call no other host, which
its telemetry picture would; the figures lie in an SQLite file, which it refuses by default.
"""

import os

_CACHE = {
    "CACHE_TYPE": "FileSystemCache",
    "CACHE_DIR": os.path.join(os.environ["SUPERSET_HOME"], "cache"),  # noqa: PTH118
    "CACHE_DEFAULT_TIMEOUT": 86_400,
}
CACHE_CONFIG = _CACHE | {"CACHE_KEY_PREFIX": "pages"}
DATA_CACHE_CONFIG = _CACHE | {"CACHE_KEY_PREFIX": "data"}

PREVENT_UNSAFE_DB_CONNECTIONS = False

TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
