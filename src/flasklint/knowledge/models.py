"""The base classes of records that libraries keep in a database, by canonical name."""

from __future__ import annotations

MODELS = (
    "flask_sqlalchemy.SQLAlchemy().Model",
    "sqlalchemy.orm.declarative_base()",
    "sqlalchemy.orm.DeclarativeBase",
    "sqlmodel.SQLModel",
    "mongoengine.Document",
    "flask_mongoengine.MongoEngine().Document",
    "flask_mongoengine.Document",
    "peewee.Model",
    "flask_peewee.db.Database().Model",
    "pony.orm.Database().Entity",
)
