"""Where untrusted data comes in: whatever an app is seen to answer with, however that was registered."""

from __future__ import annotations

import pytest

from tests.taint.flowcases import check

APP = """
import os
from functools import wraps
from flask import Flask, Blueprint, request
app = Flask(__name__)
"""

PROJECTS: dict[str, dict[str, str]] = {
    "a prefix of a blueprint has a variable": {
        "app.py": APP
        + """
shop = Blueprint("shop", __name__, url_prefix="/<tenant>")
@shop.route("/x")
def view(tenant):
    eval(tenant)  # flow: code
app.register_blueprint(shop)
""",
    },
    "variables whose types are checked": {
        "app.py": APP
        + """
from typing import Annotated, Literal, Union
from flask_pydantic import validate
from pydantic import BaseModel, IPvAnyAddress
class DomainName(str):
    pass
@app.route("/<a>/<b>/<c>/<d>/<e>/<f>")
@validate()
def view(a: Literal["x", "y"], b: int, c: IPvAnyAddress, d: str, e: Union[IPvAnyAddress, DomainName], f):
    os.system(a)
    os.system("nc " + str(b))
    os.system("nc " + str(c))
    os.system(d)  # flow: command
    os.system("nc " + str(e))  # maybe: command
    os.system(f)  # flow: command
    return ""
@app.route("/plain/<a>")
def unchecked(a: Literal["x", "y"]):
    os.system(a)  # flow: command
    return ""
""",
    },
    "variables that a view takes together": {
        "app.py": APP
        + """
def run(name, size):
    os.system("ls " + name)  # flow: command
    os.system("head -%s" % size)
@app.route("/<name>/<int:size>/<own>")
def view(own, **variables):
    os.system(variables["name"])  # flow: command
    os.system(variables.get("name", ""))  # flow: command
    os.system("nc {name}".format(**variables))  # flow: command
    os.system("nc %s" % variables["size"])
    run(**variables)
    return ""
""",
    },
    "wrapped by hand": {
        "app.py": APP
        + """
def counted(f):
    @wraps(f)
    def inner(*args, **kwargs):
        return f(*args, **kwargs)
    return inner
def view(name, size=1):
    eval(name)  # flow: code
    eval(size)
    return ""
def helper(name):
    eval(name)
app.add_url_rule("/<name>", "view", counted(view))
""",
    },
    "registered from a list": {
        "views.py": "def one(name):\n    eval(name)  # flow: code\ndef two(name):\n    eval(name)\n",
        "app.py": APP
        + """
import views
for rule, view in [("/<name>", views.one), ("/<int:name>", views.two)]:
    app.add_url_rule(rule, view_func=view)
""",
    },
    "exposed one by one": {
        "app.py": APP
        + """
from flask_admin import Admin, BaseView, expose
class Reports(BaseView):
    @expose("/<name>")
    def show(self, name):
        eval(name)  # flow: code
    def other(self, name):
        eval(name)
admin = Admin(app)
admin.add_view(Reports(name="reports"))
""",
    },
    "exposed to an app that is not in the tree": {
        "views.py": """
from flask_appbuilder import BaseView, expose
class Reports(BaseView):
    @expose("/show/<string:name>")
    def show(self, name):
        eval(name)  # flow: code
""",
    },
    "a resource with a base class of the project": {
        "base.py": "from flask_restful import Resource\nclass Base(Resource):\n    pass\n",
        "app.py": APP
        + """
from flask_restful import Api
from base import Base
class Thing(Base):
    def get(self, name):
        eval(name)  # flow: code
api = Api(app)
api.add_resource(Thing, "/things/<name>")
""",
    },
    "methods of a class": {
        "app.py": APP
        + """
from flask_classful import FlaskView
class Things(FlaskView):
    def show(self, name):
        eval(name)  # flow: code
Things.register(app)
""",
    },
    "a handler of errors, registered": {
        "app.py": APP
        + """
def missing(error):
    eval(error)
    return ""
app.register_error_handler(404, missing)
""",
    },
}


@pytest.mark.parametrize("files", PROJECTS.values(), ids=PROJECTS.keys())
def test_what_an_app_answers_with_is_an_entry(files: dict[str, str]) -> None:
    check(files)
