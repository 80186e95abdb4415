"""An OpenID Connect provider that signs everybody in as one person, for the browser tests: discovery, consent, token.

It follows OpenID Connect Core 1.0, authorisation code flow, as far as a client that plays by the rules needs it.
"""

import json
import secrets
import threading
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CLIENT = "crm-pages"


@contextmanager
def provider(claims: Mapping[str, Any]) -> Iterator[str]:
    """Runs while the block runs; yields the issuer's address. Whoever comes is signed in with `claims`."""
    from joserfc.jwk import RSAKey

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    server.issuer = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    server.claims, server.nonces = dict(claims), {}  # type: ignore[attr-defined]
    server.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.issuer  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


class _Answers(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        issuer = self.server.issuer
        if path == "/.well-known/openid-configuration":
            self._say(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "jwks_uri": f"{issuer}/jwks",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )
        elif path == "/jwks":
            self._say({"keys": [self.server.key.as_dict(private=False)]})
        elif path == "/authorize":
            asked = dict(urllib.parse.parse_qsl(query))
            code = secrets.token_urlsafe(16)
            self.server.nonces[code] = asked.get("nonce")
            answer = urllib.parse.urlencode({"code": code, "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{answer}")
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        from joserfc import jwt

        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        nonce = self.server.nonces.pop(dict(urllib.parse.parse_qsl(body))["code"])
        now = int(time.time())
        told = {"iss": self.server.issuer, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 600}
        told |= self.server.claims | ({"nonce": nonce} if nonce else {})
        token = jwt.encode({"alg": "RS256", "kid": "one"}, told, self.server.key)
        self._say({"access_token": "a", "token_type": "Bearer", "expires_in": 600, "id_token": token})

    def _say(self, answer: dict[str, Any]) -> None:
        raw = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is its own."""
