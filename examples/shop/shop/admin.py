import os
import subprocess

import requests
from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_login import current_user

from shop.extensions import db
from shop.models import Product
from shop.payments import refund

bp = Blueprint("admin", __name__)


@bp.before_request
def only_staff():
    if not (current_user.is_authenticated and current_user.is_staff):
        abort(403)


@bp.get("/")
def index():
    return render_template("admin/index.html", products=Product.query.all())


@bp.post("/products/<int:product_id>/image")
def fetch_image(product_id):
    product = db.session.get(Product, product_id) or abort(404)
    answer = requests.get(request.form["url"], timeout=10)
    path = os.path.join(current_app.config["UPLOAD_FOLDER"], f"{product.id}.img")
    with open(path, "wb") as file:
        file.write(answer.content)
    product.image = os.path.basename(path)
    db.session.commit()
    return redirect(url_for("admin.index"))


@bp.post("/import")
def import_products():
    file = request.files["products"]
    path = os.path.join(current_app.config["UPLOAD_FOLDER"], file.filename)
    file.save(path)
    subprocess.run(["shop-import", "--format", "csv", path], check=True)
    return redirect(url_for("admin.index"))


@bp.post("/refund/<charge_id>")
def give_back(charge_id):
    refund(charge_id)
    return redirect(url_for("admin.index"))
