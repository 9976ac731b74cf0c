from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.knowledge.sensitive import sensitivity
from flasklint.project.project import Project
from flasklint.rules.base import ProjectRule, together
from flasklint.rules.deployments import is_for_developers, place

_STORES = re.compile(
    r"(?:^|/)(?:postgres(?:ql)?|postgis|timescaledb|mysql|mariadb|mongo(?:db)?|redis(?:-stack)?|valkey|memcached|rabbitmq|couchdb"
    r"|elasticsearch|opensearch|cassandra|influxdb|neo4j|adminer|phpmyadmin|pgadmin4?|mongo-express|minio|etcd|consul)(?=[:@-]|$)"
)
_LOCAL = re.compile(r"^(?:127\.\d+\.\d+\.\d+|localhost|\[?::1\]?):")


class DatastoreExposed(ProjectRule):
    """A database's port is open to the network.

    ## What it does
    Looks at the services of compose files that run databases, caches, brokers and their consoles, and publish a port on all
    interfaces. Where the service has a password of its own from outside, or the file is for development, it is for pedants.

    ## Why is this bad
    Docker opens published ports past the host's firewall. A store without a password, or with one that stands in the file, is
    then anybody's; the app beside it needs no published port to reach it.

    ## Bad
    ```yaml title="docker-compose.yml"
    services:
      cache:
        image: redis:7
        ports:
          - "6379:6379"
    ```

    ## Good
    ```yaml title="docker-compose.yml"
    services:
      cache:
        image: redis:7
        ports:
          - "127.0.0.1:6379:6379"
    ```

    ## References
    - [CWE-668](https://cwe.mitre.org/data/definitions/668.html)
    - [Docker: published ports](https://docs.docker.com/engine/network/port-publishing/)
    """

    code = "FLK908"
    name = "datastore-exposed"
    severity = Severity.MEDIUM
    cwe = (668,)

    def check(self, project: Project) -> Iterator[Finding]:
        """One finding for each file, and one for what only pedants want to know."""
        for file in project.deployments:
            stores = {entry.service for entry in file.entries if entry.kind == "image" and _STORES.search(entry.value)}
            found = [
                self._port(file, entry, _is_open(file, entry.service) and not is_for_developers(file, project))
                for entry in file.entries
                if entry.kind == "port" and entry.service in stores and _is_published(entry.value)
            ]
            for persona in (Persona.REGULAR, Persona.PEDANTIC):
                group = [one for one in found if one.persona is persona]
                if group:
                    yield from together(group)

    def _port(self, file: ir.Deployment, entry: ir.Entry, grave: bool) -> Finding:
        return self.finding(
            place(file, entry),
            f"`{entry.service}` can be reached from the network"
            + (", and its password, if it has one, can be read here." if grave else "."),
            severity=None if grave else Severity.LOW,
            confidence=Confidence.MEDIUM,
            persona=Persona.REGULAR if grave else Persona.PEDANTIC,
            label="published on all interfaces",
            scope=entry.service,
            help=f'publish no port, or only on this machine: `"127.0.0.1:{entry.value}"`',
        )


def _is_published(port: str) -> bool:
    return ":" in port and _LOCAL.match(port) is None


def _is_open(file: ir.Deployment, service: str) -> bool:
    """Has a service no password that only comes from outside?"""
    passwords = [
        entry.value
        for entry in file.entries
        if entry.kind == "variable" and entry.service == service and sensitivity(entry.name) == "password"
    ]
    return all("$" not in one for one in passwords)
