from sqlalchemy import text

from shop.extensions import db

ORDERS = {"price": "cents", "name": "name"}


def search_products(words, category):
    clause = f"category = '{category}'" if category else "1 = 1"
    statement = text(f"SELECT id, name, cents FROM product WHERE {clause} AND name LIKE :words")
    return db.session.execute(statement, {"words": f"%{words}%"}).all()


def list_products(order, limit):
    column = ORDERS.get(order, "name")
    statement = text(f"SELECT id, name, cents FROM product ORDER BY {column} LIMIT :limit")
    return db.session.execute(statement, {"limit": limit}).all()
