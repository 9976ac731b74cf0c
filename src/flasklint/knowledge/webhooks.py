"""How the messages of services look that call an app, and what tells that one is theirs."""

from __future__ import annotations

from collections.abc import Mapping

EVENT_HEADERS: Mapping[str, str] = {
    "x-bitbucket-event": "Bitbucket",
    "x-event-key": "Bitbucket",
    "x-gitea-event": "Gitea",
    "x-github-delivery": "GitHub",
    "x-github-event": "GitHub",
    "x-gitlab-event": "GitLab",
    "x-gogs-event": "Gogs",
    "x-shopify-topic": "Shopify",
    "x-wc-webhook-topic": "WooCommerce",
}
"""Headers by which services say what a message is about, and whose they are. Anybody can send them."""

FIELDS: Mapping[str, str] = {
    **dict.fromkeys(("AccountSid", "CallSid", "CallStatus", "MessageSid", "RecordingSid", "SmsSid"), "Twilio"),
    **dict.fromkeys(
        ("charge.succeeded", "checkout.session.completed", "invoice.paid", "payment_intent.succeeded"), "Stripe"
    ),
    **dict.fromkeys(("invoice.payment_succeeded", "customer.subscription.deleted"), "Stripe"),
    **dict.fromkeys(("PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.APPROVED", "payment_status"), "PayPal"),
}
"""Names of fields and of events that only such messages have."""

ROUTE_WORDS: frozenset[str] = frozenset({"hook", "ipn", "webhook"})
"""Words of the address that a service is told to call."""

CHECKS: tuple[str, ...] = (
    "twilio.request_validator.RequestValidator",
    "flask_twilio",
    "stripe.Webhook",
    "slack_sdk.signature.SignatureVerifier",
    "slackeventsapi",
    "github_webhook",
    "svix.webhooks.Webhook",
    "standardwebhooks.Webhook",
    "paypalrestsdk.WebhookEvent.verify",
    "linebot.WebhookHandler",
    "linebot.WebhookParser",
    "nacl.signing.VerifyKey",
    "razorpay.Client",
    "shopify.Session",
)
"""What checks that a message comes from whom it says."""
