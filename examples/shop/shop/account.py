import hashlib
import os

from flask import Blueprint, abort, current_app, redirect, render_template, request, send_from_directory, url_for
from flask_login import current_user, login_required
from werkzeug.utils import secure_filename

from shop.extensions import csrf, db

bp = Blueprint("account", __name__)

IMAGES = {".png", ".jpg", ".jpeg"}


def gravatar(email):
    digest = hashlib.md5(email.strip().lower().encode()).hexdigest()
    return f"https://www.gravatar.com/avatar/{digest}"


@bp.get("/")
@login_required
def profile():
    return render_template("account/profile.html", user=current_user, avatar=gravatar(current_user.email))


@bp.post("/bio")
@csrf.exempt
@login_required
def bio():
    current_user.bio = request.form["bio"]
    db.session.commit()
    return redirect(url_for("account.profile"))


@bp.post("/picture")
@login_required
def picture():
    file = request.files["picture"]
    name = secure_filename(file.filename)
    if os.path.splitext(name)[1].lower() not in IMAGES:
        abort(400)
    file.save(os.path.join(current_app.config["UPLOAD_FOLDER"], name))
    return redirect(url_for("account.profile"))


@bp.get("/picture/<path:name>")
def show_picture(name):
    return send_from_directory(current_app.config["UPLOAD_FOLDER"], name)
