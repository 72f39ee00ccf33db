"""nginx in front of several servers, as `deploy/nginx.conf` has it, on this machine alone."""

import shutil
import urllib.request

from servers import Server, free_port

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {place}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    upstream raceapp {{
        {servers}
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://raceapp;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_connect_timeout 2s;
            proxy_next_upstream error timeout;
        }}
    }}
}}
"""


class Nginx(Server):
    def start(self, ports: list[int]) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        servers = "\n        ".join(
            # A refusal costs nothing, so no server is left out for it: the other may be next.
            f"server 127.0.0.1:{upstream} max_fails=0;"
            for upstream in ports
        )
        text = CONFIGURATION.format(place=self.place, servers=servers, port=port)
        (self.place / "nginx.conf").write_text(text)
        self.launch(shutil.which("nginx"), "-c", self.place / "nginx.conf", "-p", self.place)

    def ping(self) -> None:
        urllib.request.urlopen(f"{self.url}/v1/health", timeout=5).close()
