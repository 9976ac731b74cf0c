import requests
from flask import current_app


def charge(cents, card_token):
    answer = requests.post(
        current_app.config["PAYMENTS_URL"] + "/charges",
        json={"amount": cents, "source": card_token},
        auth=(current_app.config["PAYMENTS_KEY"], ""),
        verify=False,
        timeout=10,
    )
    answer.raise_for_status()
    return answer.json()["id"]


def refund(charge_id):
    answer = requests.post(
        f"{current_app.config['PAYMENTS_URL']}/charges/{charge_id}/refunds",
        auth=(current_app.config["PAYMENTS_KEY"], ""),
        timeout=10,
    )
    answer.raise_for_status()
