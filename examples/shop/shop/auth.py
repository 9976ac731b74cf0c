import random
import string

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import login_required, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired

from shop.extensions import db
from shop.mail import send_mail
from shop.models import User

bp = Blueprint("auth", __name__)


class LoginForm(FlaskForm):
    email = EmailField(validators=[DataRequired()])
    password = PasswordField(validators=[DataRequired()])


class RegistrationForm(LoginForm):
    name = StringField(validators=[DataRequired()])


def is_local(target):
    return target.startswith("/")


@bp.route("/login", methods=["GET", "POST"])
def login():
    form = LoginForm()
    if form.validate_on_submit():
        user = User.query.filter_by(email=form.email.data).first()
        if user and user.check_password(form.password.data):
            login_user(user)
            current_app.logger.info("login of user %s", user.id)
            target = request.args.get("next", "")
            if is_local(target):
                return redirect(target)
            return redirect(url_for("catalog.index"))
        flash("Unknown address or wrong password.")
    return render_template("auth/login.html", form=form)


@bp.route("/register", methods=["GET", "POST"])
def register():
    form = RegistrationForm()
    if form.validate_on_submit():
        user = User(email=form.email.data, name=form.name.data)
        user.set_password(form.password.data)
        db.session.add(user)
        db.session.commit()
        login_user(user)
        return redirect(url_for("account.profile"))
    return render_template("auth/register.html", form=form)


@bp.post("/reset")
def reset():
    user = User.query.filter_by(email=request.form["email"]).first()
    if user:
        password = "".join(random.choice(string.ascii_letters) for _ in range(10))
        user.set_password(password)
        db.session.commit()
        send_mail(user.email, "Your new password", password)
    flash("If we know this address, a mail is on its way.")
    return redirect(url_for("auth.login"))


@bp.post("/logout")
@login_required
def logout():
    logout_user()
    return redirect(url_for("catalog.index"))
