"""The few calls that prepare a benchmark."""

import json
import urllib.error
import urllib.request


class Refused(Exception):
    """A call that has to succeed did not."""


class Caller:
    """Calls one server, as somebody once `log_in` has been called."""

    def __init__(self, url: str) -> None:
        self.url, self.token, self.headers = url, None, {}

    def log_in(self, email: str, password: str) -> "Caller":
        body = {"email": email, "password": password}
        self.token = self.call("POST", "/v1/auth/login", body)["access_token"]
        return self

    def call(self, method: str, path: str, body=None):
        """Return the JSON answered; `headers` are those of the last answer."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, sent, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                self.headers = answer.headers
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            said = error.read()[:300].decode(errors="replace")
            raise Refused(f"{method} {path}: {error.code} {said}") from error

    def get(self, path: str):
        return self.call("GET", path)

    def post(self, path: str, body):
        return self.call("POST", path, body)
