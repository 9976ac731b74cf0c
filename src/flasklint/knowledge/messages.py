"""What is called with what visitors send by other ways than a request for a page: messages of sockets, queries of GraphQL."""

from __future__ import annotations

MESSAGE_DECORATORS = frozenset({"flask_socketio.SocketIO().on", "flask_socketio.SocketIO().event"})
"""Decorators of functions that are called with a message."""

MESSAGE_METHODS: tuple[tuple[str, frozenset[str], int], ...] = (
    ("on_", frozenset({"flask_socketio.Namespace"}), 1),
    ("resolve_", frozenset({"graphene.ObjectType", "graphene.Interface"}), 2),
    ("mutate", frozenset({"graphene.Mutation", "graphene.ClientIDMutation"}), 2),
)
"""Methods that are: how their names begin, the bases of their classes, the first parameter that the visitor fills."""
