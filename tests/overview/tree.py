"""A little app for the overviews: every kind of guard, protection, limit, input and setting once."""

from __future__ import annotations

APP = {
    "pyproject.toml": "",
    "shop/__init__.py": """\
from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_wtf import CSRFProtect

csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address)
login = LoginManager()


def create_app(config="shop.config.ProductionConfig"):
    app = Flask(__name__)
    app.config.from_object(config)
    app.config.from_envvar("SHOP_SETTINGS", silent=True)
    for extension in (csrf, limiter, login):
        extension.init_app(app)
    from shop.api import api
    from shop.pages import pages

    app.register_blueprint(pages)
    app.register_blueprint(api, url_prefix="/api")
    csrf.exempt(api)
    return app
""",
    "shop/config.py": """\
import os


class Config:
    SECRET_KEY = os.environ.get("SHOP_KEY") or "not the real one"
    SESSION_COOKIE_SECURE = False
    SESSION_COOKIE_SAMESITE = "Lax"
    MAIL_PASSWORD = os.environ["SHOP_MAIL_PASSWORD"]
    PAYMENT_API_KEY = "q7Zt0Lw3Vb9Xc2Mn5Rk8"
    SQLALCHEMY_DATABASE_URI = "postgresql://shop:Hn3kq9Tz@db.shop.net/shop"


class ProductionConfig(Config):
    SESSION_COOKIE_SECURE = True
    PERMANENT_SESSION_LIFETIME = 7 * 24 * 3600


class DevelopmentConfig(Config):
    DEBUG = True
""",
    "shop/pages.py": """\
from flask import Blueprint, make_response, redirect, render_template, request, session
from flask_login import login_required, login_user
from flask_wtf import FlaskForm
from sqlalchemy import text
from wtforms import PasswordField, StringField

from shop import db, limiter

pages = Blueprint("pages", __name__)


class LoginForm(FlaskForm):
    email = StringField()
    password = PasswordField()


@pages.route("/")
def index():
    order = request.args.get("order", "name")
    return render_template("index.html", rows=db.session.execute(text("select * from item order by " + order)))


@pages.route("/login", methods=["GET", "POST"])
@limiter.limit("5 per minute")
def login():
    form = LoginForm()
    if form.validate_on_submit():
        login_user(find(form.email.data))
    return redirect("/")


@pages.post("/items/<int:item>")
@login_required
def change(item):
    picture = request.files["picture"]
    note = request.form["note"]
    return redirect(request.cookies.get("back", "/"))
""",
    "shop/api.py": """\
from flask import Blueprint, abort, request

from shop.keys import KEYS

api = Blueprint("api", __name__)


@api.before_request
def known():
    if request.headers.get("X-Api-Key") not in KEYS:
        abort(401)


@api.route("/items", methods=["PUT"])
def put_item():
    return {"name": request.get_json()["name"]}
""",
}
