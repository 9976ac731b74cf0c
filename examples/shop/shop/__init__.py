import os

from flask import Flask, render_template, request

from shop import account, admin, auth, catalog, hooks
from shop.config import config
from shop.extensions import csrf, db, login_manager


def create_app(name=None):
    app = Flask(__name__)
    app.config.from_object(config[name or os.environ.get("SHOP_ENV", "production")])

    db.init_app(app)
    csrf.init_app(app)
    login_manager.init_app(app)

    app.register_blueprint(catalog.bp)
    app.register_blueprint(auth.bp, url_prefix="/auth")
    app.register_blueprint(account.bp, url_prefix="/account")
    app.register_blueprint(admin.bp, url_prefix="/admin")
    app.register_blueprint(hooks.bp, url_prefix="/hooks")

    @app.errorhandler(404)
    def not_found(error):
        return render_template("error.html", title="Nothing here", detail=request.path), 404

    @app.errorhandler(Exception)
    def failed(error):
        app.logger.exception("request failed")
        return f"Something went wrong: {error}", 500

    return app
