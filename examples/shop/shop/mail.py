import smtplib
import ssl
from email.message import EmailMessage

from flask import current_app


def send_mail(address, subject, text):
    message = EmailMessage()
    message["To"], message["Subject"] = address, subject
    message.set_content(text)
    with smtplib.SMTP(current_app.config["MAIL_SERVER"]) as server:
        server.starttls(context=ssl.create_default_context())
        server.send_message(message)
