import pytest

from shop import create_app
from shop.extensions import db

PASSWORD = "correct horse"


@pytest.fixture
def client():
    app = create_app("testing")
    with app.app_context():
        db.create_all()
        yield app.test_client()


def test_front_page(client):
    assert client.get("/").status_code == 200


def test_register_and_log_out(client):
    answer = client.post("/auth/register", data={"email": "a@example.com", "name": "A", "password": PASSWORD})
    assert answer.headers["Location"] == "/account/"
    assert client.post("/auth/logout").status_code == 302
