import hashlib
import hmac

from flask import Blueprint, abort, current_app, request

from shop.extensions import csrf

bp = Blueprint("hooks", __name__)
csrf.exempt(bp)


@bp.post("/payments")
def payments():
    key = current_app.config["PAYMENTS_HOOK_KEY"].encode()
    expected = hmac.new(key, request.get_data(), hashlib.sha256).hexdigest()
    if not key or not hmac.compare_digest(expected, request.headers.get("X-Signature", "")):
        abort(403)
    current_app.logger.info("payment %s is %s", request.json["id"], request.json["status"])
    return "", 204
