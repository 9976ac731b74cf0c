import base64
import json
import pickle
import random

import bleach
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask_login import current_user, login_required
from markupsafe import Markup

from shop.extensions import db
from shop.models import Product, Review
from shop.queries import list_products, search_products

bp = Blueprint("catalog", __name__)

THEMES = ("light", "dark")


def read_cart():
    cookie = request.cookies.get("cart")
    return pickle.loads(base64.b64decode(cookie)) if cookie else {}


def read_filters():
    cookie = request.cookies.get("filters")
    return json.loads(base64.b64decode(cookie)) if cookie else {}


@bp.get("/")
def index():
    products = list_products(request.args.get("order"), request.args.get("limit", 20, type=int))
    random.shuffle(products)
    return render_template("catalog/index.html", products=products, cart=read_cart(), filters=read_filters())


@bp.get("/search")
def search():
    words = request.args.get("q", "")
    products = search_products(words, request.args.get("category"))
    return render_template("catalog/search.html", products=products, words=words)


@bp.get("/product/<int:product_id>")
def product(product_id):
    found = db.session.get(Product, product_id) or abort(404)
    description = bleach.clean(found.description, tags={"p", "b", "i", "ul", "li"})
    title = Markup("<b>%s</b> in %s") % (found.name, found.category)
    reviews = Review.query.filter_by(product_id=found.id).all()
    return render_template(
        "catalog/product.html", product=found, description=description, title=title, reviews=reviews
    )


@bp.post("/product/<int:product_id>/review")
@login_required
def review(product_id):
    db.session.add(Review(product_id=product_id, author_id=current_user.id, text=request.form["text"]))
    db.session.commit()
    return redirect(url_for("catalog.product", product_id=product_id))


@bp.post("/cart")
def add_to_cart():
    cart = read_cart()
    cart[request.form["product"]] = int(request.form.get("count", 1))
    response = make_response(redirect(url_for("catalog.index")))
    response.set_cookie("cart", base64.b64encode(pickle.dumps(cart)).decode())
    return response


@bp.get("/theme/<name>")
def theme(name):
    response = make_response(redirect(url_for("catalog.index")))
    response.set_cookie(
        "theme", name if name in THEMES else THEMES[0], secure=True, httponly=True, samesite="Lax"
    )
    return response
