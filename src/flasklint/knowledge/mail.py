"""What sends e-mail, or makes one."""

from __future__ import annotations

SENDERS = frozenset(
    {
        "flask_mail.Mail().send",
        "flask_mail.Mail().send_message",
        "flask_mail.Connection().send",
        "flask_mail.Message",
        "flask_mailman.EmailMessage",
        "flask_mailman.EmailMultiAlternatives",
        "flask_mailman.Mail().send_mail",
        "flask_mailman.send_mail",
        "smtplib.SMTP().sendmail",
        "smtplib.SMTP().send_message",
        "smtplib.SMTP_SSL().sendmail",
        "smtplib.SMTP_SSL().send_message",
        "email.message.EmailMessage",
        "email.mime.text.MIMEText",
        "email.mime.multipart.MIMEMultipart",
        "sendgrid.SendGridAPIClient().send",
        "sendgrid.helpers.mail.Mail",
        "flask_security.utils.send_mail",
        "yagmail.SMTP().send",
    }
)
"""A function that calls one of these writes an e-mail."""

HOST = frozenset(f"flask.request.{name}" for name in ("host", "host_url", "url_root", "base_url", "root_url"))
"""What a request says of the site's own name: whoever sends the request chooses it."""
