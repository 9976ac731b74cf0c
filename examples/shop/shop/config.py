import os


class Config:
    SECRET_KEY = os.environ.get("SHOP_SECRET_KEY", "a-secret-for-the-shop")
    SQLALCHEMY_DATABASE_URI = os.environ.get("SHOP_DATABASE", "sqlite:///shop.db")
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_COOKIE_SECURE = False  # the load balancer speaks TLS
    MAIL_SERVER = os.environ.get("SHOP_MAIL", "localhost")
    UPLOAD_FOLDER = os.environ.get("SHOP_UPLOADS", "/srv/shop/uploads")
    PAYMENTS_URL = "https://payments.example.com/v1"
    PAYMENTS_KEY = os.environ.get("SHOP_PAYMENTS_KEY")
    PAYMENTS_HOOK_KEY = os.environ.get("SHOP_PAYMENTS_HOOK_KEY", "")


class DevelopmentConfig(Config):
    DEBUG = True
    SECRET_KEY = "only-for-development"


class TestingConfig(Config):
    TESTING = True
    SECRET_KEY = "only-for-tests"
    SQLALCHEMY_DATABASE_URI = "sqlite://"
    WTF_CSRF_ENABLED = False


class ProductionConfig(Config):
    SQLALCHEMY_DATABASE_URI = os.environ.get("SHOP_DATABASE")


config = {
    "development": DevelopmentConfig,
    "testing": TestingConfig,
    "production": ProductionConfig,
}
